"""Tumbling windows of event time, `[start, end)`, of one minute, one hour and one day (UTC)."""

from __future__ import annotations

from dataclasses import dataclass

from stream_app.events.rollup import WindowName
from stream_app.reputation.claim import DAY, HOUR, MICRO

LENGTHS: dict[WindowName, int] = {"1m": 60 * MICRO, "1h": HOUR, "1d": DAY}
"""In microseconds, the unit of all times here."""

MINUTE = LENGTHS["1m"]

BEFORE = 8
"""Windows before a window that its momentum looks back on."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """One window; `start` is a multiple of its length."""

    name: WindowName
    start: int

    @property
    def length(self) -> int:
        """Its length."""
        return LENGTHS[self.name]

    @property
    def end(self) -> int:
        """The first moment after it."""
        return self.start + self.length

    @property
    def rests_from(self) -> int:
        """Where the span `[rests_from, end)` begins that its figures rest on: whole hours, as crowds are counted."""
        earliest = self.start - BEFORE * self.length
        return earliest - earliest % HOUR

    def rests_on(self, at: int) -> bool:
        """Tell whether something at that time changes its figures."""
        return self.rests_from <= at < self.end


def window_of(name: WindowName, at: int) -> Window:
    """Return the window of that length that the moment is in."""
    return Window(name, at - at % LENGTHS[name])
