"""A tokenizer that cuts texts cuts them with the words that rules tell, and keeps what ends a row."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from stream_app.pipeline.tensors import BUCKETS
from stream_app.pipeline.text import MAX_TOKENS
from stream_app.pipeline.vocabulary import read_texts
from tests.conftest import MODEL_REPOSITORY

TOLD = "Acme denies report of fraud; profit rises to $5 million from $3 million. "


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(MODEL_REPOSITORY / "fusion" / "1" / "tokenizer.json"))


@given(limit=st.integers(3, 40), framed=st.booleans(), before=st.integers(0, 20))
def test_no_row_is_longer_than_the_tokenizer_cuts_and_each_begins_as_the_whole_text(
    limit: int,
    framed: bool,  # noqa: FBT001  (drawn)
    before: int,
) -> None:
    text = "so " * before + TOLD
    cut, whole = Tokenizer.from_str(tokenizer().to_str()), tokenizer()
    cut.enable_truncation(limit)
    whole.no_truncation()
    (short,), (long,) = (read_texts(one, [text], framed=framed) for one in (cut, whole))
    assert len(short) == min(limit, len(long)) == len(short.spans)
    inside = len(short) - framed
    np.testing.assert_array_equal(short.ids[:inside], long.ids[:inside])
    if framed:
        assert short.ids[-1] == long.ids[-1]
        assert not short.spans[-1].any()


@pytest.mark.parametrize("count", [1, 20])
def test_what_training_reads_fits_the_largest_row(count: int) -> None:
    whole = Tokenizer.from_str(tokenizer().to_str())
    whole.enable_truncation(MAX_TOKENS)
    (read,) = read_texts(whole, [TOLD * count])
    assert len(read) <= BUCKETS[-1]
