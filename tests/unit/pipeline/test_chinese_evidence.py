"""Evidence of Chinese lies at the words of the text, wherever spaces stand and whatever piece the space went to."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.evidence import WordEvidence, own_spans
from stream_app.pipeline.scores import EvidenceSpan
from tests.unit.pipeline.test_further_network import chinese, encode


def shares(text: str) -> dict[str, float]:
    """Return what of the evidence is shown at each word, where every token with characters pulls as hard."""
    (encoded,) = encode(chinese(text))
    (row,) = encoded.rows
    starts, ends = own_spans(encoded.text.text, row)
    pull = (starts < ends).astype(np.float32)
    (found,) = WordEvidence(encoded).strongest([([(row, pull, 1.0)], None)])
    return {shown(text, one): one.weight for one in found}


def shown(text: str, one: EvidenceSpan) -> str:
    return text[one.start : one.end]


def test_first_word_of_a_text_is_one_word() -> None:
    assert shares("宁德时代回购股份") == dict.fromkeys(("宁德时代", "回购", "股份"), pytest.approx(1 / 3))


@pytest.mark.parametrize("space", [" ", "  ", "\u3000"])
def test_evidence_of_a_piece_that_begins_with_a_space_is_its_words(space: str) -> None:
    assert shares(f"回购{space}公司上涨") == dict.fromkeys(("回购", "公司", "上涨"), pytest.approx(1 / 3))


def test_mark_of_a_space_alone_is_no_word_and_cuts_none() -> None:
    assert set(shares("宁德时代 宁德时代 30%")) == {"宁德时代", "30%"}


WORDS = st.sampled_from("宁德时代 回购 股份 公司 上涨 腾讯 银行 30%".split())


@given(words=st.lists(WORDS, min_size=1, max_size=8), space=st.sampled_from(["，", "， ", " "]))
def test_every_token_that_has_characters_stands_in_exactly_one_word(words: list[str], space: str) -> None:
    text = "公司" + space + space.join(words)
    (encoded,) = encode(chinese(text))
    (row,) = encoded.rows
    starts, ends = own_spans(encoded.text.text, row)
    inside = [(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True) if start < end]
    assert all(encoded.text.text[start:end].strip() == encoded.text.text[start:end] for start, end in inside)
    assert all(one[1] <= other[0] for one, other in pairwise(inside))
    assert {text[start:end] for start, end in inside} - {"，"} == {"公司", *words}
