"""The model's results to a document's scores: windows and mentions are brought together, evidence becomes words.

A document's probabilities are the mean over its windows, weighted by their tokens; an entity's are the mean over
its mentions, weighted by their relevance, and its relevance is that of its most relevant mention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.causal_reading import causal_reading
from stream_app.pipeline.encoding import EncodedDocument, EncodedRow
from stream_app.pipeline.evidence import WeightedRow, WordEvidence
from stream_app.pipeline.rows import RowResult
from stream_app.pipeline.scores import DocumentScores, EntityScores, LabelProbabilities, Unscored
from stream_app.pipeline.tensors import RISK_TYPES

NO_WORDS = Unscored("the text has no words that the model reads")
NOT_READ = Unscored("the document names it only after the part that the model reads, or among too many others")

Floats = NDArray[np.float64]
_Mention = tuple[EncodedRow, RowResult, int]
"""A row, its result, and the slot of a mention in it."""
_LEAST_WEIGHT = 1e-6
"""Added to every relevance, so that mentions without any weigh the same."""


def score(encoded: EncodedDocument, results: Sequence[RowResult], topics: Sequence[str]) -> DocumentScores | Unscored:
    """Return the scores of one document from the results of its rows, in their order.

    `topics` are the names of the model's topics, in its order.
    """
    if not encoded.rows:
        return NO_WORDS
    read = [(row, result) for row, result in zip(encoded.rows, results, strict=True) if not row.repeats]
    weights = _shares([len(row.row.input_ids) for row, _ in read])
    topic = _mean([result.topic_probabilities for _, result in read], weights)
    best = int(topic.argmax())
    whole = [(row, r.document_evidence, w) for (row, r), w in zip(read, weights, strict=True)]
    found = [_entity(mentions) for mentions in _mentions(encoded, results)]
    asked = [(one.rows, entity) for entity, one in enumerate(found) if one is not None]
    evidence, *of_entities = WordEvidence(encoded).strongest([(whole, None), *asked])
    shown = iter(of_entities)
    return DocumentScores(
        probabilities=_probabilities([result.document_probabilities for _, result in read], weights),
        topic=topics[best],
        topic_probability=float(topic[best]),
        entities=tuple(
            EntityScores(one.probabilities, one.relevance, next(shown), one.stated) if one else NOT_READ
            for one in found
        ),
        evidence=evidence,
        causal=causal_reading(encoded, read),
        risk=_risk([result.risk_probabilities for _, result in read], weights),
    )


def _risk(vectors: Sequence[NDArray[np.float32]], weights: Floats) -> tuple[str, float] | None:
    """Return the likeliest type; None where that is none, or where the network was not taught them."""
    if not np.any(vectors):
        return None
    mean = _mean(vectors, weights)
    best = int(mean.argmax())
    return (RISK_TYPES[best], float(mean[best])) if best else None


@dataclass(frozen=True, slots=True)
class _Found:
    """What the mentions of one entity say together, and the rows that its evidence lies in."""

    probabilities: LabelProbabilities
    relevance: float
    stated: tuple[float, ...] | None
    rows: Sequence[WeightedRow]


def _mentions(encoded: EncodedDocument, results: Sequence[RowResult]) -> list[list[_Mention]]:
    """Return for each entity the slots that speak of it."""
    slots: list[list[_Mention]] = [[] for _ in encoded.linked.entities]
    for row, result in zip(encoded.rows, results, strict=True):
        for slot, entity in enumerate(row.entities):
            slots[entity].append((row, result, slot))
    return slots


def _entity(mentions: Sequence[_Mention]) -> _Found | None:
    """Return what the mentions say; None where there are none."""
    if not mentions:
        return None
    relevance = [float(result.mention_relevance[slot]) for _, result, slot in mentions]
    weights = _shares([one + _LEAST_WEIGHT for one in relevance])
    return _Found(
        probabilities=_probabilities([result.mention_probabilities[slot] for _, result, slot in mentions], weights),
        relevance=max(relevance),
        stated=_stated([result.mention_statements[slot] for _, result, slot in mentions], weights),
        rows=[(row, r.mention_evidence[slot], w) for (row, r, slot), w in zip(mentions, weights, strict=True)],
    )


def _stated(vectors: Sequence[NDArray[np.float32]], weights: Floats) -> tuple[float, ...] | None:
    """Return the mean; None where the network was not taught what texts state, and says exactly 0 of all."""
    return tuple(_mean(vectors, weights).tolist()) if np.any(vectors) else None


def _shares(weights: Sequence[float]) -> Floats:
    shares = np.array(weights, dtype=np.float64)
    return np.divide(shares, shares.sum())


def _mean(vectors: Sequence[NDArray[np.float32]], weights: Floats) -> Floats:
    mean: Floats = weights @ np.array(vectors, dtype=np.float64)
    return np.divide(mean, mean.sum())


def _probabilities(vectors: Sequence[NDArray[np.float32]], weights: Floats) -> LabelProbabilities:
    negative, neutral, positive = _mean(vectors, weights).tolist()
    return negative, neutral, positive
