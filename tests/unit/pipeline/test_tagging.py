"""Tags become causes and effects: only sequences that the grammar allows, and each effect with its nearest cause."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stream_app.pipeline.tagging import best_tags, relations
from stream_app.pipeline.tensors import TAGS

_O, _BC, _IC, _BE, _IE = range(len(TAGS))


def sure(*tags: int, chance: float = 0.96) -> np.ndarray:
    rest = (1 - chance) / (len(TAGS) - 1)
    return np.array([[chance if place == tag else rest for place in range(len(TAGS))] for tag in tags], np.float32)


def test_plain_sequence_is_kept() -> None:
    tags = (_O, _BE, _IE, _O, _BC, _IC, _IC)
    assert best_tags(sure(*tags)).tolist() == list(tags)
    assert relations(sure(*tags)) == [((4, 7), (1, 3))]


def test_one_doubtful_token_does_not_break_a_span() -> None:
    doubtful = np.concatenate([sure(_BC, _IC), sure(_O, chance=0.5), sure(_IC, _IC, _BE, _IE)])
    assert relations(doubtful) == [((0, 5), (5, 7))]


def test_each_effect_takes_the_nearest_cause() -> None:
    tags = (_BC, _IC, _BE, _IE, _O, _O, _O, _BE, _IE, _BC, _IC)
    assert relations(sure(*tags)) == [((0, 2), (2, 4)), ((9, 11), (7, 9))]


def test_cause_without_effect_is_no_relation() -> None:
    assert relations(sure(_BC, _IC, _O)) == relations(sure(_O, _BE, _IE)) == relations(sure()[:0].reshape(0, 5)) == []


@given(arrays(np.float32, st.tuples(st.integers(1, 20), st.just(len(TAGS))), elements=st.floats(0, 1, width=32)))
def test_grammar_holds_whatever_the_probabilities(probabilities: np.ndarray) -> None:
    names = [TAGS[tag] for tag in best_tags(probabilities)]
    for before, after in zip(["O", *names], names, strict=False):
        assert not after.startswith("I-") or before[2:] == after[2:]
