"""Noise keeps names where they are and labels as they were, and is not the probes' own."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.probes.hostile import ADDED
from stream_app.training import noise
from stream_app.training.batches import Collator
from stream_app.training.config import TrainConfig
from stream_app.training.corpus import Corpus
from stream_app.training.examples import Example, Mention
from stream_app.training.noise import misspelt, with_chatter

TEXT = "Shares of Acme Motors plunge while Beta rallies"
EXAMPLE = Example(
    "sentfin", TEXT, "news", mentions=(Mention(10, 21, 0, salient=True), Mention(35, 39, 2, salient=True))
)


def names(example: Example) -> list[str]:
    return [example.text[one.start : one.end] for one in example.mentions]


@given(st.integers(0, 2**32), st.booleans())
def test_names_and_labels_stay(seed: int, chat: bool) -> None:  # noqa: FBT001  (drawn)
    rng = np.random.default_rng(seed)
    noisy = (with_chatter if chat else misspelt)(EXAMPLE, rng)
    assert names(noisy) == ["Acme Motors", "Beta"]
    assert [one.label for one in noisy.mentions] == [0, 2]
    assert noisy.text != TEXT or not chat


@given(st.integers(0, 2**32))
def test_one_word_is_misspelt_and_keeps_its_first_letter(seed: int) -> None:
    before, after = TEXT.split(), misspelt(EXAMPLE, np.random.default_rng(seed)).text.split()
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert len(changed) <= 1  # two like letters may have been exchanged
    assert all(one[0] == other[0] and len(one) - len(other) in {0, 1} for one, other in changed)


def test_a_text_of_names_alone_is_not_misspelt() -> None:
    example = replace(EXAMPLE, text="Acme", mentions=(Mention(0, 4, 1, salient=True),))
    assert misspelt(example, np.random.default_rng(0)) == example


def test_wording_of_the_probes_is_not_trained_on() -> None:
    probed = {run for texts in ADDED.values() for text in texts for run in runs(text)}
    assert not probed & {run for said in noise._CHATTER for run in runs(said)}  # noqa: SLF001  (its words)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_as_many_texts_are_noisy_as_configured(corpus: Corpus, share: float) -> None:
    config = TrainConfig(typos=share, chatter=share, rename=0.0, join=0.0)
    plain = config.model_copy(update={"typos": 0.0, "chatter": 0.0})
    examples, rows = list(corpus.train[:200]), list(range(len(corpus.train[:200])))
    made = [Collator(corpus.tokenizer, corpus.gazetteer, topics=corpus.topics, config=one) for one in (config, plain)]
    noisy, clean = (one.batch(examples, rows) for one in made)
    assert not clean.renamed.any()
    assert abs(noisy.renamed.float().mean().item() - (1 - (1 - share) ** 2)) < 0.15


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z]+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))
