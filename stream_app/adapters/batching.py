"""Rows of the fusion model to padded batches and back; what every runtime of the model is fed by.

A row's padded length follows from its own number of tokens alone (`tensors.bucket_of`), never from its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from stream_app.errors import ServerRejected
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import INPUTS, MAY_LACK, OUTPUTS, ROWS_AT_ONCE, SEQUENCE, Tensor, bucket_of

Outputs = Mapping[str, NDArray[np.generic]]

_NUMPY_TYPES: Mapping[str, type[np.generic]] = {"INT32": np.int32, "FP32": np.float32}
_SAME_MODEL = "serve the model that this version's tokenizer and metadata.json belong to"


_EVEN_ROWS = ROWS_AT_ONCE
"""Full batches are multiples of this, for which runtimes have kernels ready (`ROWS_AT_ONCE`)."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """A batch holds at most `rows` rows and, unless it is a single row, `tokens` tokens with padding."""

    rows: int
    tokens: int

    def rows_of(self, bucket: int) -> int:
        """Return how many rows of that padded length make a full batch."""
        most = max(1, min(self.rows, self.tokens // bucket))
        return most - most % _EVEN_ROWS if most > _EVEN_ROWS else most


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one bucket; `places` are their positions among all the rows that were packed."""

    places: tuple[int, ...]
    rows: tuple[ModelRow, ...]
    bucket: int

    @property
    def tokens(self) -> int:
        """Tokens of all rows, without padding."""
        return sum(len(row.input_ids) for row in self.rows)

    def inputs(self) -> dict[str, NDArray[np.generic]]:
        """Return the model's input tensors, `[batch, …]`, padded with zeros."""
        arrays = {tensor.name: self._empty(tensor) for tensor in INPUTS}
        for place, row in enumerate(self.rows):
            tokens, mentions = len(row.input_ids), len(row.mention_spans)
            arrays["input_ids"][place, :tokens] = row.input_ids
            arrays["attention_mask"][place, :tokens] = 1
            arrays["mention_spans"][place, :mentions] = row.mention_spans
            arrays["kg_features"][place, :mentions] = row.kg_features
            arrays["context_features"][place] = row.context_features
        return arrays

    def _empty(self, tensor: Tensor) -> NDArray[np.generic]:
        return np.zeros(self.shape_of(tensor), dtype=_NUMPY_TYPES[tensor.dtype])

    def shape_of(self, tensor: Tensor) -> tuple[int, ...]:
        """Return the shape that the tensor has in this batch."""
        return (len(self.rows), *(self.bucket if size == SEQUENCE else size for size in tensor.shape))


def pack(rows: Sequence[ModelRow], limits: BatchLimits) -> list[Batch]:
    """Return batches that hold every row once, those of a bucket in their order."""
    buckets = [bucket_of(len(row.input_ids)) for row in rows]
    places = sorted(range(len(rows)), key=buckets.__getitem__)
    return [
        Batch(chunk, tuple(rows[place] for place in chunk), bucket)
        for bucket, group in groupby(places, key=buckets.__getitem__)
        for chunk in _chunks(tuple(group), limits.rows_of(bucket))
    ]


def _chunks(places: tuple[int, ...], size: int) -> Iterator[tuple[int, ...]]:
    return (places[start : start + size] for start in range(0, len(places), size))


def unpack(batch: Batch, outputs: Outputs) -> list[RowResult]:
    """Return one result for each row of the batch, padding removed.

    One of `MAY_LACK` that is missing is zeros. Raises ServerRejected where another is missing, where one has another
    shape or type, or holds what is no number.
    """
    checked = {tensor.name: _checked(outputs.get(tensor.name), tensor, batch) for tensor in OUTPUTS}
    return [_result(row, place, checked) for place, row in enumerate(batch.rows)]


def _checked(array: NDArray[np.generic] | None, tensor: Tensor, batch: Batch) -> NDArray[np.float32]:
    expected = batch.shape_of(tensor)
    if array is None and tensor.name in MAY_LACK:
        return np.zeros(expected, dtype=np.float32)
    if array is None:
        raise ServerRejected(f"the fusion model gave no {tensor.name}: {_SAME_MODEL}")
    if array.shape != expected or array.dtype != _NUMPY_TYPES[tensor.dtype]:
        got = f"{array.dtype} {list(array.shape)}"
        raise ServerRejected(f"the fusion model gave {tensor.name} as {got}, not {list(expected)}: {_SAME_MODEL}")
    values = array.astype(np.float32, copy=False)
    if not np.isfinite(values).all():
        raise ServerRejected(f"the fusion model gave {tensor.name} with values that are no numbers: {_SAME_MODEL}")
    return values


def _result(row: ModelRow, place: int, outputs: Mapping[str, NDArray[np.float32]]) -> RowResult:
    tokens, mentions = len(row.input_ids), len(row.mention_spans)
    return RowResult(
        document_probabilities=outputs["document_probabilities"][place],
        mention_probabilities=outputs["mention_probabilities"][place, :mentions],
        mention_relevance=outputs["mention_relevance"][place, :mentions],
        topic_probabilities=outputs["topic_probabilities"][place],
        embedding=outputs["embedding"][place],
        document_evidence=outputs["document_evidence"][place, :tokens],
        mention_evidence=outputs["mention_evidence"][place, :mentions, :tokens],
        causal_probability=outputs["causal_probability"][place],
        tag_probabilities=outputs["tag_probabilities"][place, :tokens],
        risk_probabilities=outputs["risk_probabilities"][place],
        mention_statements=outputs["mention_statements"][place, :mentions],
    )


def in_order(batches: Sequence[Batch], results: Sequence[Sequence[RowResult]]) -> list[RowResult]:
    """Return the results of all batches in the order of the rows that were packed."""
    placed = zip(
        (place for batch in batches for place in batch.places),
        (result for of_batch in results for result in of_batch),
        strict=True,
    )
    return [result for _, result in sorted(placed, key=lambda pair: pair[0])]
