"""What the conditions of a subscription look at in an event, read out once, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from stream_app.alerts.affiliation import NO_LABELS, NOWHERE, Affiliate, Labels
from stream_app.events.alert import Direction, Kind
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent

Event = SentimentEvent | RiskEvent
ABSENT = -1.0
"""The figure of an event that has none: below every threshold, also below 0."""


class Label(IntEnum):
    """The conditions on what an event is called, the most selective first."""

    ENTITY = 0
    TICKER = 1
    INDUSTRY = 2
    TOPIC = 3
    SOURCE = 4
    COUNTRY = 5
    DIRECTION = 6
    KIND = 7


class Figure(IntEnum):
    """The conditions on how large something is."""

    ABS_POLARITY = 0
    PROBABILITY = 1
    SEVERITY = 2
    NOVELTY = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """`labels` by `Label` in folded case, `figures` by `Figure`; `moment` is when the event counts, in event time."""

    event_id: str
    entity: str | None
    kind: Kind
    direction: Direction | None
    labels: tuple[Labels, ...]
    figures: tuple[float, ...]
    moment: datetime


def facts_of(event: Event, affiliate: Affiliate) -> Facts:
    """Return what conditions may ask of the event."""
    return _of_sentiment(event, affiliate) if isinstance(event, SentimentEvent) else _of_risk(event, affiliate)


def moment_of(event: Event) -> datetime:
    """Return the event time, or when the document was received where it claims to be of later."""
    return min(event.published_at, event.received_at)


def direction_of(event: Event) -> Direction | None:
    """Return which way the event points; None where it does not."""
    if isinstance(event, RiskEvent):
        return event.direction
    return "adverse" if (event.polarity or 0) < 0 else "favourable" if event.polarity else None


def _of_sentiment(event: SentimentEvent, affiliate: Affiliate) -> Facts:
    entity, direction = event.entity, direction_of(event)
    belongs = affiliate(entity.id) if entity else NOWHERE
    named = (
        _one(entity.id if entity else None),
        _one(entity.ticker if entity else None),
        belongs.industries,
        _one(event.topic.label if event.topic else None),
        _one(event.source),
        belongs.countries,
        _one(direction),
        _SENTIMENT,
    )
    size = ABSENT if event.polarity is None else abs(event.polarity)
    figures = (size, probability_of(event), ABSENT, event.novelty)
    key = entity.id if entity else None
    return Facts(event.event_id, key, "sentiment", direction, named, figures, moment_of(event))


def _of_risk(event: RiskEvent, affiliate: Affiliate) -> Facts:
    exposed, belongs = event.exposed, affiliate(event.exposed.id)
    named = (
        _one(exposed.id),
        _one(exposed.ticker),
        belongs.industries,
        NO_LABELS,
        NO_LABELS,
        belongs.countries,
        _one(event.direction),
        _RISK,
    )
    figures = (abs(event.trigger.polarity), event.probability, event.severity, ABSENT)
    return Facts(event.event_id, exposed.id, "risk", event.direction, named, figures, moment_of(event))


def probability_of(event: Event) -> float:
    """Return the probability of the direction that the event points to; `ABSENT` where it points nowhere."""
    if isinstance(event, RiskEvent):
        return event.probability
    if event.probabilities is None or not event.polarity:
        return ABSENT
    return event.probabilities.negative if event.polarity < 0 else event.probabilities.positive


_SENTIMENT, _RISK = frozenset({"sentiment"}), frozenset({"risk"})


def _one(name: str | None) -> Labels:
    return frozenset({name.casefold()}) if name else NO_LABELS
