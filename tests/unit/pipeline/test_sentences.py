"""Sentences begin where a reader would say so, abbreviations notwithstanding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.sentences import sentence_starts


@pytest.mark.parametrize(
    "sentences",
    [
        ["Apple rose 5.2%. ", "Boeing fell! ", "Why?"],
        ["Apple Inc. CEO Tim Cook met Mr. Powell of the U.S. Treasury. ", "He left."],
        ["The winner is Apple Inc. ", "The loser is not."],
        ["Shares of Acme Corp. rose at 9 a.m. Eastern time vs. Tuesday."],
        ["J. Powell spoke in the U.S. ", "The market fell."],
        ["“We beat estimates.” ", "Shares rose."],
        ["First line\n", "Second line\n\n", "Third"],
        ["苹果上涨5%。", "波音下跌！", "为什么？"],
        ["iPhone sales fell... ", "Why?"],
        ["No. 1 chipmaker expands"],
        [""],
    ],
    ids=str,
)
def test_text_falls_into_the_sentences_that_a_reader_sees(sentences: list[str]) -> None:
    starts = sentence_starts("".join(sentences))
    assert list(starts) == [len("".join(sentences[:number])) for number in range(len(sentences))]


@given(st.text('aB.!? \n"。 U.S'))
def test_starts_are_in_order_within_the_text(text: str) -> None:
    starts = sentence_starts(text)
    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    assert starts[-1] <= len(text)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", [".", ". ", "\n", " \n", "a.b", '."', "。"])
def test_no_repetition_takes_long(piece: str) -> None:
    assert sentence_starts(piece * 100_000)[0] == 0
