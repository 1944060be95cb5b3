"""Shift of live input: none between samples of the same texts, large where something has changed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from stream_app.pipeline.documents import LinkedDocument
from stream_app.pipeline.scores import DocumentScores
from stream_app.training.drift.shift import Level, Shift, chi_squared_95, level, shifts
from stream_app.training.drift.statistics import Statistics, describe, moved
from stream_app.training.labelling.answers import Answer
from tests.factories import KG_VERSION, document

_TOPICS = ("earnings", "macro")
_WORDS = np.array("profit loss rises falls shares bank oil gold deal court chip bond rate yield".split())


def answers(count: int, seed: int, *, sure: float = 6.0, length: float = 12.0, place: float = 0.0) -> list[Answer]:
    """Return texts drawn at random, as the model might read them."""
    rng = np.random.default_rng(seed)
    return [_answer(rng, sure=sure, length=length, place=place) for _ in range(count)]


def _answer(rng: np.random.Generator, *, sure: float, length: float, place: float) -> Answer:
    tokens = 3 + int(rng.poisson(length))
    chances = tuple(rng.dirichlet(np.array([1.0, sure, 2.0])).tolist())
    vector = rng.normal(size=8) + place
    topic = _TOPICS[int(rng.random() < 0.3)]
    scores = DocumentScores(chances, topic, 0.9, (), ())
    text = " ".join(rng.choice(_WORDS, size=tokens))
    linked = LinkedDocument(document(title=text), (), KG_VERSION)
    return Answer(linked, text, scores, np.array([0.5, 0.5]), vector / np.linalg.norm(vector), tokens, 0)


@pytest.fixture(scope="module")
def training() -> Statistics:
    return describe(answers(2000, 1), _TOPICS)


def found(training: Statistics, live: list[Answer | None]) -> dict[str, Shift]:
    return {one.what: one for one in shifts(training, describe(live, _TOPICS, like=training))}


def test_texts_of_the_same_source_have_not_shifted(training: Statistics) -> None:
    assert {one.level for one in found(training, [*answers(500, 2)]).values()} == {Level.NONE}


def test_what_has_changed_is_named_with_the_bin_that_moved_most(training: Statistics) -> None:
    live = [replace(one, linked=one.linked) for one in answers(500, 3, length=30.0, sure=1.0)]
    moved_far = {name for name, one in found(training, [*live]).items() if one.level is Level.LARGE}
    assert {"tokens", "label of the text"} <= moved_far
    assert found(training, [*live])["tokens"].bin.startswith(">=")
    assert "topic" not in moved_far


def test_texts_in_another_language_are_a_shift(training: Statistics) -> None:
    live: list[Answer | None] = [*answers(300, 4), *[None] * 200]
    assert found(training, live)["language is read"].level is Level.LARGE


def test_words_that_training_had_seldom_are_a_shift(training: Statistics) -> None:
    live = [replace(one, text="quantum flux capacitor stalls") for one in answers(300, 5)]
    assert found(training, [*live])["share of uncommon words"].level is Level.LARGE


def test_mean_vector_moves_with_the_texts(training: Statistics) -> None:
    same, other = (describe([*answers(500, 6, place=at)], _TOPICS, like=training) for at in (0.0, 1.0))
    assert moved(training, same) < 0.02
    assert moved(training, other) > 0.3


def test_index_is_the_sum_of_its_formula() -> None:
    one = Statistics(texts=100, counts={"x": {"a": 50, "b": 50}}, edges={}, common=(), mean=(), spread=1.0)
    other = one.model_copy(update={"counts": {"x": {"a": 80, "b": 20}}})
    (shift,) = shifts(one, other)
    p, q = (50.5 / 101, 50.5 / 101), (80.5 / 101, 20.5 / 101)
    assert shift.index == pytest.approx(sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True)))
    assert (shift.bin, shift.level) == ("b", Level.LARGE)


def test_what_chance_explains_is_no_shift() -> None:
    assert level(0.3, by_chance=0.4) is Level.NONE
    assert [level(index, by_chance=0.0) for index in (0.05, 0.2, 0.3)] == list(Level)


@pytest.mark.parametrize("freedom", [1, 2, 9, 19])
def test_bound_of_chance_is_that_of_chi_squared(freedom: int) -> None:
    assert chi_squared_95(freedom) == pytest.approx(chi2.ppf(0.95, freedom), rel=0.03)


def test_samples_without_a_shift_stay_below_the_bound_nineteen_times_of_twenty(training: Statistics) -> None:
    samples = [found(training, [*answers(200, seed)]) for seed in range(40)]
    counted = [one.index <= one.by_chance for sample in samples for one in sample.values()]
    assert np.mean(counted) > 0.93
