"""A fusion model that computes a row once: what it said is kept by the content of the row.

A result depends on the row alone (`pipeline/rows.py`), on the model's version, and on what computes it; the last is for
whoever chooses the file to keep apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.ports import FusionModel, Telemetry
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import EMBEDDING_SIZE, LABELS, OUTPUTS, RISK_TYPES, STATEMENTS, TAGS, TOPICS

_KEY_BYTES = 16
# What an earlier program kept, of a model with fewer outputs, is not found.
_LAYOUT = "|".join(tensor.name for tensor in OUTPUTS)
_ROWS_TOTAL = "stream_app_model_cache_rows_total"


class ResultStore(Protocol):
    """Keeps bytes by key; may lose any, and never gives another's."""

    def get(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return what is kept of these keys."""
        ...

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Keep these."""
        ...


class CachingModel:
    """Asks the store first, and the model for the rest, each different row once."""

    def __init__(self, model: FusionModel, store: ResultStore, telemetry: Telemetry) -> None:
        self._model, self._store, self._telemetry = model, store, telemetry

    @property
    def version(self) -> str:
        """The version of the model behind."""
        return self._model.version

    async def infer(self, rows: Sequence[ModelRow]) -> list[RowResult]:
        """Return one result for each row, in order: to the bit what the model said or would say."""
        keys = [self._key(row) for row in rows]
        found = await asyncio.to_thread(self._store.get, list(dict.fromkeys(keys)))
        results = {key: _result(row, found[key]) for key, row in zip(keys, rows, strict=True) if key in found}
        missing = {key: row for key, row in zip(keys, rows, strict=True) if key not in results}
        self._telemetry.count(_ROWS_TOTAL, len(rows) - len(missing), outcome="kept")
        if missing:
            self._telemetry.count(_ROWS_TOTAL, len(missing), outcome="computed")
            computed = await self._model.infer(list(missing.values()))
            fresh = dict(zip(missing, computed, strict=True))
            await asyncio.to_thread(self._store.put, {key: _bytes(result) for key, result in fresh.items()})
            results |= fresh
        return [results[key] for key in keys]

    def _key(self, row: ModelRow) -> bytes:
        digest = blake2b(f"{self.version}|{_LAYOUT}".encode(), digest_size=_KEY_BYTES)
        for array in (row.input_ids, row.mention_spans, row.kg_features, row.context_features):
            digest.update(f"|{array.dtype.str}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.digest()


def _bytes(result: RowResult) -> bytes:
    return b"".join(np.asarray(array, np.float32).tobytes() for array in _arrays(result))


def _arrays(result: RowResult) -> tuple[NDArray[np.float32], ...]:
    return (
        result.document_probabilities,
        result.mention_probabilities,
        result.mention_relevance,
        result.topic_probabilities,
        result.embedding,
        result.document_evidence,
        result.mention_evidence,
        result.causal_probability,
        result.tag_probabilities,
        result.risk_probabilities,
        result.mention_statements,
    )


def _result(row: ModelRow, value: bytes) -> RowResult:
    """Return the result of a row; its sizes follow from those of the row."""
    tokens, mentions = len(row.input_ids), len(row.mention_spans)
    shapes = (
        (len(LABELS),),
        (mentions, len(LABELS)),
        (mentions,),
        (TOPICS,),
        (EMBEDDING_SIZE,),
        (tokens,),
        (mentions, tokens),
        (1,),
        (tokens, len(TAGS)),
        (len(RISK_TYPES),),
        (mentions, len(STATEMENTS)),
    )
    numbers = np.frombuffer(value, np.float32)
    ends = accumulate((int(np.prod(shape)) for shape in shapes), initial=0)
    parts = [numbers[start:end].reshape(shape) for (start, end), shape in zip(pairwise(ends), shapes, strict=True)]
    return RowResult(*parts)
