"""What an event says of its entity, in whole numbers: sums of them do not depend on their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.voice import Grade, grade_of

MICRO = 1_000_000
"""Polarity, novelty and weights are counted in millionths, times in microseconds since 1970."""

HOUR = 3_600 * MICRO
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One event; they sort by event time, then by id. `voice` is empty where nobody can be held to it."""

    at: int
    id: str
    polarity: int | None
    novelty: int
    voice: str
    grade: Grade
    story: str
    topic: str | None

    @property
    def hour(self) -> int:
        """Number of its hour since 1970."""
        return self.at // HOUR

    @property
    def day(self) -> int:
        """Number of its day (UTC) since 1970."""
        return self.at // DAY


def claim_of(event: SentimentEvent) -> Claim:
    """Return what the event says."""
    return Claim(
        at=micros(event.published_at),
        id=event.event_id,
        polarity=None if event.polarity is None else micro(event.polarity),
        novelty=micro(event.novelty),
        voice=_voice(event),
        grade=grade_of(event),
        story=event.story_id,
        topic=event.topic.label if event.topic else None,
    )


def micro(value: float) -> int:
    """Return the number in millionths."""
    return round(value * MICRO)


def micros(instant: datetime) -> int:
    """Return microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(micros_since_1970: int) -> datetime:
    """Return the moment in UTC."""
    return _EPOCH + timedelta(microseconds=micros_since_1970)


def _voice(event: SentimentEvent) -> str:
    source = (event.source or "").casefold()
    if event.source_kind == "news":
        return source
    handle = event.author.handle if event.author else None
    return f"{source}@{handle.casefold()}" if handle else ""
