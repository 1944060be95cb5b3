"""What the fusion model says of one document, after decoding and before it becomes events."""

from __future__ import annotations

from dataclasses import dataclass

from stream_app.pipeline.documents import Field
from stream_app.pipeline.statements import CausalReading

LabelProbabilities = tuple[float, float, float]
"""Calibrated, in the order of `tensors.LABELS`; sum 1."""


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """Characters `[start, end)` that moved a score; `weight` is signed, positive towards the positive label."""

    field: Field
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class EntityScores:
    """What the document says of one entity; `relevance` in 0..1.

    `stated` are the probabilities of `tensors.STATEMENTS`; None where the network was not taught them.
    """

    probabilities: LabelProbabilities
    relevance: float
    evidence: tuple[EvidenceSpan, ...]
    stated: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Unscored:
    """Why there are no scores: the model cannot read the document, or did not read as far as the entity."""

    reason: str


@dataclass(frozen=True, slots=True)
class DocumentScores:
    """Scores of a document and of each of its linked entities, in their order.

    `risk` is the likeliest type of risk with its probability; None where that is none, or the network does not tell.
    """

    probabilities: LabelProbabilities
    topic: str
    topic_probability: float
    entities: tuple[EntityScores | Unscored, ...]
    evidence: tuple[EvidenceSpan, ...]
    causal: CausalReading | None = None
    risk: tuple[str, float] | None = None
