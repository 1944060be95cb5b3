"""Rows go into batches of one padded length and come back in their order, whatever their neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.adapters.batching import Batch, BatchLimits, in_order, pack, unpack
from stream_app.errors import ServerRejected
from stream_app.pipeline.rows import ModelRow
from stream_app.pipeline.tensors import BUCKETS, INPUTS, MENTION_SLOTS, OUTPUTS, bucket_of
from tests.model_rows import model_row

LIMITS = BatchLimits(rows=8, tokens=256)
LENGTHS = st.lists(st.integers(3, BUCKETS[-1]), max_size=40)


def answer(batch: Batch) -> dict[str, np.ndarray]:
    """Answer each row with its own tokens, so that a mix-up shows."""
    outputs = {tensor.name: np.zeros(batch.shape_of(tensor), dtype=np.float32) for tensor in OUTPUTS}
    ids = batch.inputs()["input_ids"].astype(np.float32)
    outputs["document_evidence"] = ids
    outputs["mention_evidence"] = np.repeat(ids[:, None], MENTION_SLOTS, axis=1)
    return outputs


def rows_of(lengths: list[int]) -> list[ModelRow]:
    return [model_row(length, mentions=seed % (MENTION_SLOTS + 1), seed=seed) for seed, length in enumerate(lengths)]


@given(LENGTHS)
def test_every_row_is_in_one_batch_of_its_own_bucket_within_the_limits(lengths: list[int]) -> None:
    batches = pack(rows_of(lengths), LIMITS)
    assert sorted(place for batch in batches for place in batch.places) == list(range(len(lengths)))
    for batch in batches:
        assert {bucket_of(lengths[place]) for place in batch.places} == {batch.bucket}
        assert len(batch.rows) <= LIMITS.rows
        assert len(batch.rows) * batch.bucket <= LIMITS.tokens


@given(LENGTHS)
def test_results_come_in_the_order_of_the_rows_without_padding(lengths: list[int]) -> None:
    rows = rows_of(lengths)
    batches = pack(rows, LIMITS)
    results = in_order(batches, [unpack(batch, answer(batch)) for batch in batches])
    for row, result in zip(rows, results, strict=True):
        assert result.document_evidence.tolist() == row.input_ids.tolist()
        assert result.mention_evidence.shape == (len(row.mention_spans), len(row.input_ids))
        assert result.mention_relevance.shape == (len(row.mention_spans),)


def test_row_longer_than_the_token_limit_is_a_batch_of_its_own() -> None:
    batches = pack([model_row(200), model_row(200)], BatchLimits(rows=8, tokens=64))
    assert [len(batch.rows) for batch in batches] == [1, 1]


def test_arrays_have_the_types_and_shapes_of_the_table_and_zeros_for_padding() -> None:
    row = model_row(10, mentions=2)
    (batch,) = pack([row, row], LIMITS)
    inputs = batch.inputs()
    assert {name: array.dtype.name for name, array in inputs.items()} == {
        tensor.name: {"INT32": "int32", "FP32": "float32"}[tensor.dtype] for tensor in INPUTS
    }
    assert all(inputs[tensor.name].shape == batch.shape_of(tensor) for tensor in INPUTS)
    assert inputs["attention_mask"].sum(axis=1).tolist() == [10, 10]
    assert not inputs["input_ids"][:, 10:].any()
    assert not inputs["mention_spans"][:, 2:].any()
    assert not inputs["kg_features"][:, 2:].any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"embedding": None}, "gave no embedding"),
        ({"embedding": np.zeros((1, 3), np.float32)}, r"float32 \[1, 3\], not \[1, 384\]"),
        ({"embedding": np.zeros((1, 384))}, "float64"),
        ({"embedding": np.full((1, 384), np.nan, np.float32)}, "no numbers"),
    ],
)
def test_answer_that_does_not_fit_the_table_is_refused(change: dict[str, np.ndarray | None], said: str) -> None:
    (batch,) = pack([model_row()], LIMITS)
    outputs = {name: array for name, array in (answer(batch) | change).items() if array is not None}
    with pytest.raises(ServerRejected, match=said):
        unpack(batch, outputs)
