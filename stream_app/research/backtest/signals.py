"""The signals that are put to the test: what each takes from an event, and how those of one bar become one number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stream_app.events.topics import RISK, SENTIMENT

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Signal:
    """A number for each entity and bar, from events of a topic; greater is meant to be better for the entity.

    `of` gives a value and its weight, or None where the event says nothing. The number is the weighted mean, or, where
    more of it is more (`summed`), the sum. A daily coefficient over `doubtful` is not believed.
    """

    name: str
    title: str
    topic: str
    of: Callable[[Event], tuple[float, float] | None]
    summed: bool = False
    doubtful: float = 0.10


def entity_id(event: Event) -> str | None:
    """Return whom an event is about: its entity, or whom it exposes."""
    entity = event.get("exposed") or event.get("entity")
    return None if entity is None else str(entity["id"])


def _document(event: Event) -> tuple[float, float] | None:
    sentiment = event["document_sentiment"]
    if sentiment is None:
        return None
    return sentiment["probabilities"]["positive"] - sentiment["probabilities"]["negative"], 1.0


def _entity(event: Event) -> tuple[float, float] | None:
    return None if event["polarity"] is None else (event["polarity"], 1.0)


def _novel(event: Event) -> tuple[float, float] | None:
    return None if event["polarity"] is None else (event["polarity"], event["novelty"])


def _risk(event: Event) -> tuple[float, float] | None:
    rise = event["probability"] - event["counterfactual"]["probability_without_trigger"]
    return (rise if event["direction"] == "favourable" else -rise), 1.0


SIGNALS = (
    Signal("document_sentiment", "document sentiment", SENTIMENT.name, _document),
    Signal("entity_sentiment", "entity sentiment", SENTIMENT.name, _entity),
    Signal("novelty_weighted", "novelty-weighted sentiment", SENTIMENT.name, _novel),
    Signal("propagated_risk", "propagated risk", RISK.name, _risk, summed=True, doubtful=0.05),
)
"""Limits: of an active manager a coefficient of 0.05 is good and 0.10 great (Grinold and Kahn 1999, ch. 6)."""


def topics_of(signals: Iterable[Signal]) -> tuple[str, ...]:
    """Return the topics that the signals need."""
    return tuple(dict.fromkeys(signal.topic for signal in signals))


def said_by(event: Event, signals: Iterable[Signal]) -> Iterator[tuple[Signal, float, float]]:
    """Yield what an event says to each of these signals: value and weight."""
    for signal in signals:
        found = signal.of(event)
        if found is not None:
            yield signal, *found
