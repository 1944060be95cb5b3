"""The fusion model's twin in memory: scores that follow from a row's content alone, and mean nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import EMBEDDING_SIZE, LABELS, RISK_TYPES, STATEMENTS, TAGS, TOPICS


class MemoryModel:
    """Answers at once, with results of the right shapes, ranges and sums.

    Rows whose ids begin at `further` are those of a further network: it tells types of risk, and no causes.
    """

    def __init__(self, version: str = "memory", *, further: int | None = None) -> None:
        self.version = version
        self._further = further

    @property
    def waiting(self) -> bool:
        """Never: there is no server to wait for."""
        return False

    async def infer(self, rows: Sequence[ModelRow]) -> list[RowResult]:
        """Return one result for each row, in order."""
        return [_result(row, further=self._further is not None and row.input_ids[0] >= self._further) for row in rows]


def _result(row: ModelRow, *, further: bool) -> RowResult:
    """Draw the document's part from the text, and each mention's from its span and features too."""
    text = row.input_ids.tobytes() + row.context_features.tobytes()
    tokens = len(row.input_ids)
    document = _draw(text)
    mentions = [
        _draw(text + span.tobytes() + features.tobytes())
        for span, features in zip(row.mention_spans, row.kg_features, strict=True)
    ]
    embedding = document.standard_normal(EMBEDDING_SIZE)
    return RowResult(
        document_probabilities=_single(document.dirichlet(np.ones(len(LABELS)))),
        topic_probabilities=_single(document.dirichlet(np.ones(TOPICS))),
        embedding=_single(embedding / np.linalg.norm(embedding)),
        document_evidence=_single(document.uniform(-1, 1, tokens)),
        mention_probabilities=_rows([draw.dirichlet(np.ones(len(LABELS))) for draw in mentions], len(LABELS)),
        mention_relevance=_single(np.array([draw.uniform() for draw in mentions])),
        mention_evidence=_rows([draw.uniform(-1, 1, tokens) for draw in mentions], tokens),
        # never sure of a cause, so that what rules find stands
        causal_probability=_single(np.zeros(1) if further else document.uniform(0, 0.5, 1)),
        tag_probabilities=_single(document.dirichlet(np.ones(len(TAGS)), tokens)),
        risk_probabilities=_single(
            document.dirichlet(np.ones(len(RISK_TYPES))) if further else np.zeros(len(RISK_TYPES))
        ),
        # as a network that was not taught them, so that what rules read stands
        mention_statements=_single(np.zeros((len(mentions), len(STATEMENTS)))),
    )


def _draw(content: bytes) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.blake2b(content, digest_size=16).digest()))


def _single(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)


def _rows(values: list[NDArray[np.float64]], width: int) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32).reshape(-1, width)
