"""The model's text is as long as the document's, whatever stands in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.text import normalise_for_model

PIECES = st.one_of(
    st.text(), st.sampled_from([" https://t.co/a1", "www.x.com/y", "“up”", "\u200b", "t.co/Q", "涨http://x.cn跌"])
)


@given(st.lists(PIECES).map("".join))
def test_no_offset_moves(text: str) -> None:
    assert len(normalise_for_model(text)) == len(text)


@given(st.lists(PIECES).map("".join))
def test_twice_is_once(text: str) -> None:
    assert normalise_for_model(normalise_for_model(text)) == normalise_for_model(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Acme up https://t.co/AbC1", ["Acme", "up"]),
        ("WWW.acme.com/x?y=1 Acme", ["Acme"]),
        ("涨http://x.cn/a跌", ["涨", "跌"]),
        ("it’s “up”", ["it's", '"up"']),
        ("profit\x00rises\u200b", ["profit", "rises"]),
        ("internet.company and att.com stay", ["internet.company", "and", "att.com", "stay"]),
    ],
)
def test_links_and_controls_go_and_words_stay(text: str, words: list[str]) -> None:
    assert normalise_for_model(text).split() == words
