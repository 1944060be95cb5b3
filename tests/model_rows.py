"""Linked documents and model rows for tests, with their defaults in one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from stream_app.events.document import SourceKind
from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.pipeline.documents import Field, LinkedDocument, LinkedEntity, Mention, TextDocument
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import (
    CONTEXT_FEATURES,
    EMBEDDING_SIZE,
    KG_FEATURES,
    LABELS,
    RISK_TYPES,
    STATEMENTS,
    TAGS,
    TOPICS,
)

PUBLISHED = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)


def company(name: str = "Acme") -> Entity:
    return Entity(f"company:{name.lower()}", EntityKind.COMPANY, name, ticker=name[:4].upper(), sector="Energy")


def text_document(title: str = "", body: str = "", *, source_kind: SourceKind = "news") -> TextDocument:
    return TextDocument(
        id="1",
        source=None,
        source_kind=source_kind,
        title=title,
        body=body,
        published_at=PUBLISHED,
        received_at=PUBLISHED,
    )


def linked_document(title: str = "", body: str = "", *, names: Sequence[str] = ()) -> LinkedDocument:
    """Link every occurrence of each name, in the order of the names."""
    document = text_document(title, body)
    entities = tuple(LinkedEntity(company(name), mentions_of(document, name), 0.9) for name in names)
    return LinkedDocument(document, entities, kg_version="kg-1")


def mentions_of(document: TextDocument, name: str) -> tuple[Mention, ...]:
    fields: tuple[Field, ...] = ("title", "body")
    return tuple(
        Mention(field, start, start + len(name))
        for field in fields
        for start in range(len(document.text_of(field)))
        if document.text_of(field).startswith(name, start)
    )


def model_row(tokens: int = 12, *, mentions: int = 1, seed: int = 0) -> ModelRow:
    """Return a row of random words between the encoder's two special tokens."""
    draw = np.random.default_rng([seed, tokens, mentions])
    starts = draw.integers(1, tokens - 1, mentions)
    return ModelRow(
        input_ids=np.array([101, *draw.integers(1996, 29000, tokens - 2), 102], dtype=np.int32),
        mention_spans=np.stack([starts, starts + 1], axis=1).astype(np.int32),
        kg_features=draw.random((mentions, KG_FEATURES)).astype(np.float32),
        context_features=draw.random(CONTEXT_FEATURES).astype(np.float32),
    )


def row_result(row: ModelRow, **changed: object) -> RowResult:
    """Return a result that favours nothing, with the fields that are given instead."""
    tokens, mentions, labels = len(row.input_ids), len(row.mention_spans), len(LABELS)
    fields: dict[str, object] = {
        "document_probabilities": np.full(labels, 1 / labels),
        "mention_probabilities": np.full((mentions, labels), 1 / labels),
        "mention_relevance": np.full(mentions, 0.5),
        "topic_probabilities": np.full(TOPICS, 1 / TOPICS),
        "embedding": np.eye(EMBEDDING_SIZE)[0],
        "document_evidence": np.zeros(tokens),
        "mention_evidence": np.zeros((mentions, tokens)),
        "causal_probability": np.full(1, 0.5),
        "tag_probabilities": np.eye(len(TAGS))[np.zeros(tokens, dtype=int)],
        "risk_probabilities": np.zeros(len(RISK_TYPES)),
        "mention_statements": np.zeros((mentions, len(STATEMENTS))),
    }
    arrays = {name: np.asarray(value, dtype=np.float32) for name, value in (fields | changed).items()}
    return RowResult(**arrays)
