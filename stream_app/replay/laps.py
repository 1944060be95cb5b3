"""Where ticks stand among the entries of a replay: a function of the input alone, not of how fast it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from stream_app.replay.entry import EPOCH, Entry


@dataclass(frozen=True, slots=True)
class TickRule:
    """Ticks stand at multiples of `step`, once `entries` were fed since the last one, or `longest` went by."""

    step: timedelta = timedelta(hours=1)
    entries: int = 1000
    longest: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TickAt:
    """Event time has reached `moment`: nothing earlier follows, late entries excepted."""

    moment: datetime


Step = Entry | TickAt


def with_ticks(entries: Iterable[Entry], rule: TickRule) -> Iterator[Step]:
    """Yield the entries with ticks between them, and two after the last.

    What is told at the first of these is heard before the second, so nothing is left waiting.
    """
    begun, last_tick, frontier, fed = False, EPOCH, EPOCH, 0
    for entry in entries:
        boundary = floor(entry.moment, rule.step)
        due = fed >= rule.entries or boundary - last_tick >= rule.longest
        # Only the first entry beyond a boundary has nothing but earlier ones before it.
        if begun and due and boundary > floor(frontier, rule.step):
            yield TickAt(boundary)
            last_tick, fed = boundary, 0
        elif not begun and entry.moment > EPOCH:
            begun, last_tick = True, boundary
        yield entry
        frontier, fed = max(frontier, entry.moment), fed + 1
    if begun:
        end = end_of(frontier, rule)
        yield from (TickAt(end), TickAt(end + rule.step))


def end_of(last: datetime, rule: TickRule) -> datetime:
    """Return the tick after the last entry: event time comes no further for what is decided at ticks."""
    return floor(last, rule.step) + rule.step


def floor(moment: datetime, step: timedelta) -> datetime:
    """Return the last multiple of `step` since 1970 that is not after the moment."""
    return moment - (moment - EPOCH) % step
