"""The wall clock: the one place that reads it."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(tz=UTC)  # noqa: TID251  (the edge that everybody else is given)


class FixedClock:
    """A clock that stands still, so that a run can be compared with another to the byte."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return the instant that it was set to."""
        return self.instant
