"""What a replay feeds: one record of a source, at its place in event time."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from pydantic import TypeAdapter, ValidationError

from stream_app.adapters.files import FileRecord
from stream_app.events.instants import EventTime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Event time of records that come before the first one that tells its own."""

_TIME_FIELD = "published_at"
_EVENT_TIME: TypeAdapter[datetime] = TypeAdapter(EventTime)

Place = tuple[datetime, str, bytes]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record to be fed. `moment` is its event time, `received_at` its stamp in the topic that it comes from."""

    moment: datetime
    topic: str
    key: bytes | None
    value: bytes | None
    received_at: datetime | None = None
    late: bool = False

    @property
    def place(self) -> Place:
        """Where it stands among all: by event time, then by content, so that the order of sources does not matter."""
        return self.moment, self.topic, self.value or b""


def event_time(value: bytes | None, *, latest: datetime) -> datetime | None:
    """Return when a document was published; None where its bytes do not tell, or tell a time after `latest`."""
    try:
        moment = _EVENT_TIME.validate_python(orjson.loads(value or b"")[_TIME_FIELD])
    except (orjson.JSONDecodeError, ValidationError, KeyError, TypeError):
        return None
    return moment if moment <= latest else None


def entries_of(records: Iterable[FileRecord], topic: str, *, latest: datetime) -> Generator[Entry, None, None]:
    """Yield the records of a file; one that tells no time, or one to come, stands where the one before it does."""
    moment = EPOCH
    for record in records:
        moment = event_time(record.value, latest=latest) or moment
        yield Entry(moment, topic, record.key, record.value)
