"""What an event says of its entity, in whole numbers: sums of them do not depend on their order."""

from __future__ import annotations

import hashlib
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
_ID_BYTES = 12
_AT = "@"
_LONGEST_VOICE = 80
"""Characters; of a longer name its hash is kept, for producers may write there what they like."""


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """What one document says of the entity; they sort by event time, then by id.

    `id` is a hash of the document's, so that it is one claim also under another version of the model. `voice` is empty
    where nobody can be held to it.
    """

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
        id=_hashed(event.document_id),
        polarity=None if event.polarity is None else micro(event.polarity),
        novelty=micro(event.novelty),
        voice=_voice(event),
        grade=grade_of(event),
        story=event.story_id,
        topic=event.topic.label if event.topic else None,
    )


def is_account(voice: str) -> bool:
    """Tell whether a voice is an author at a source, and not a news source."""
    return _AT in voice


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
        return source if len(source) <= _LONGEST_VOICE else _hashed(source)
    handle = event.author.handle if event.author else None
    account = f"{source}{_AT}{handle.casefold()}" if handle else ""
    return account if len(account) <= _LONGEST_VOICE else _AT + _hashed(account)


def _hashed(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_ID_BYTES).hexdigest()
