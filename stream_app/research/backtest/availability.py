"""When an event could have been acted on: the one place that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Usable(StrEnum):
    """From which time of an event on it is usable."""

    PUBLISHED = "published"
    PROCESSED = "processed"


@dataclass(frozen=True, slots=True)
class Availability:
    """`published_at` and a delay for history, whose processing was later than it would have been; else `processed_at`.

    The delay stands for what a live stream takes to hear of a document, to judge it, and to act. Nothing is usable
    before the broker had it. Midnight UTC to the microsecond is a day, not a time, as tables of dates have it: what was
    said on that day is known when the day is over.
    """

    usable: Usable = Usable.PUBLISHED
    delay: timedelta = timedelta(minutes=15)

    def of(self, event: Mapping[str, Any]) -> int:
        """Return the instant, in microseconds since 1970."""
        if self.usable is Usable.PROCESSED:
            return micros(datetime.fromisoformat(event["processed_at"]))
        told, received = (micros(datetime.fromisoformat(event[name])) for name in ("published_at", "received_at"))
        known = told if told % _DAY else told + _DAY
        return max(known + self.delay // _MICROSECOND, received)


def micros(moment: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND
