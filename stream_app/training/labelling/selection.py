"""Chosen texts as the lines that a person gets: the text, why it was chosen, what the model says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream_app.events.ids import sentiment_event_id
from stream_app.events.topics import NEWS, SOCIAL
from stream_app.pipeline.scores import EntityScores
from stream_app.pipeline.tensors import LABELS
from stream_app.training.labelling.answers import Answer
from stream_app.training.labelling.choice import Method, choose, entropy, margin

_DECIMALS = 4


class Judged(StrEnum):
    """Which of the model's answers must be unsure."""

    DOCUMENT = "document"
    MENTION = "mention"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is chosen, and how; the same `seed` chooses the same."""

    count: int
    method: Method
    judged: Judged
    seed: int = 0


def select(
    answers: Sequence[Answer], wanted: Wanted, *, version: str, topics: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield the chosen texts, best first; `version` is the model's, which is part of every event id."""
    asked = [(answer, _chances(answer, wanted)) for answer in answers]
    able = [(answer, chances) for answer, chances in asked if chances is not None]
    if not able:
        return
    probabilities = np.array([chances for _, chances in able], dtype=np.float64)
    embeddings = np.array([answer.embedding for answer, _ in able])
    rng = np.random.default_rng(wanted.seed)
    names = topics if wanted.judged is Judged.TOPIC else LABELS
    for rank, place in enumerate(
        choose(wanted.method, probabilities, embeddings, count=wanted.count, rng=rng), start=1
    ):
        why = {"rank": rank, "method": wanted.method.value, "judged": wanted.judged.value}
        yield _line(able[place][0], version) | {"why": why | _unsure(probabilities[place], names)}


def _chances(answer: Answer, wanted: Wanted) -> NDArray[np.float64] | None:
    """Return the probabilities that must be unsure: of entities those of the least sure, None where there is none.

    Which one is that follows from the method: what it asks of texts it asks of their entities.
    """
    if wanted.judged is Judged.TOPIC:
        return answer.topics
    if wanted.judged is Judged.DOCUMENT:
        return np.array(answer.scores.probabilities)
    found = [np.array(one.probabilities) for one in answer.scores.entities if isinstance(one, EntityScores)]
    if wanted.method is Method.MARGIN:
        return min(found, key=lambda one: float(margin(one)), default=None)
    return max(found, key=lambda one: float(entropy(one)), default=None)


def _unsure(chances: NDArray[np.float64], names: Sequence[str]) -> dict[str, Any]:
    first, second = np.argsort(-chances, kind="stable")[:2].tolist()
    return {
        "entropy": round(float(entropy(chances)), _DECIMALS),
        "margin": round(float(margin(chances)), _DECIMALS),
        "between": [names[first], names[second]],
    }


def _line(answer: Answer, version: str) -> dict[str, Any]:
    document = answer.linked.document
    labels = dict(zip(LABELS, _rounded(answer.scores.probabilities), strict=True))
    found = list(zip(answer.linked.entities, answer.scores.entities, strict=True))
    entities = [
        {
            "event_id": sentiment_event_id(document.id, one.entity.id, version),
            "entity": {"id": one.entity.id, "name": one.entity.name},
            "mentions": [{"field": span.field, "start": span.start, "end": span.end} for span in one.mentions],
            "probabilities": dict(zip(LABELS, _rounded(scores.probabilities), strict=True)),
        }
        for one, scores in found
        if one.entity is not None and isinstance(scores, EntityScores)
    ]
    lone = {} if any(one.entity for one, _ in found) else {"event_id": sentiment_event_id(document.id, None, version)}
    return {
        "document_id": document.id,
        "topic": SOCIAL.name if document.source_kind == "social" else NEWS.name,
        "source": document.source,
        "title": document.title,
        "body": document.body,
        "published_at": document.published_at,
        "scores": {
            "model_version": version,
            "document": lone | {"probabilities": labels},
            "topic": {"label": answer.scores.topic, "probability": round(answer.scores.topic_probability, _DECIMALS)},
            "entities": entities,
        },
    }


def _rounded(numbers: Sequence[float]) -> list[float]:
    return [round(number, _DECIMALS) for number in numbers]
