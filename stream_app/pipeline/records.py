"""A record as it comes from the log, and the one outcome that each record ends in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from stream_app.events.dead_letter import DeadLetter, ErrorKind
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.novelty import Seen

JUDGED = "stream-app-judged"
"""Header of a risk that was judged at a tick: the tick's event time."""

MAX_CARRIED_BYTES = 512 * 1024
MAX_CARRIED_KEY_BYTES = 64 * 1024
"""In base64 these stay under the megabyte that Kafka takes by default."""
_FAR_OFF = 7_258_118_400  # the year 2200, in seconds since 1970


@dataclass(frozen=True, slots=True)
class Record:
    """Bytes with their place in the log; `topic` is without a prefix, `received_at` the record's time stamp.

    `settled` is what a replay decided of the document's novelty before it was fed, `judged_at` the event time of the
    tick at which a risk was judged in it; both are None on a live stream.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    received_at: datetime
    settled: Seen | None = None
    judged_at: datetime | None = None


def stamped(seconds: float) -> datetime:
    """Return the time stamp of a record, in seconds since 1970 if its producer counts as Kafka does.

    Some count micro- or nanoseconds, and most brokers take what they say: then it is what they mean.
    """
    while seconds > _FAR_OFF:
        seconds /= 1000
    return datetime.fromtimestamp(max(seconds, 0.0), tz=UTC)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a record is not a document: an expected failure, as a value."""

    kind: ErrorKind
    field: str | None
    message: str

    def dead_letter(self, record: Record, occurred_at: datetime) -> DeadLetter:
        """Return the dead letter that carries `record`, whole unless Kafka could not take it back."""
        return DeadLetter(
            source_topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key and record.key[:MAX_CARRIED_KEY_BYTES],
            value=record.value and record.value[:MAX_CARRIED_BYTES],
            error_kind=self.kind,
            field=self.field,
            message=self.message + _cut_note(record.value),
            occurred_at=occurred_at,
        )


def _cut_note(value: bytes | None) -> str:
    if value is None or len(value) <= MAX_CARRIED_BYTES:
        return ""
    return f" (value cut to its first {MAX_CARRIED_BYTES} of {len(value)} bytes)"


@dataclass(frozen=True, slots=True)
class Emitted:
    """The record became events, at least one."""

    events: tuple[SentimentEvent, ...]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """The record needs no events, and why."""

    reason: str


Result = Emitted | Suppressed | Rejection


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one record ended as."""

    record: Record
    result: Result
