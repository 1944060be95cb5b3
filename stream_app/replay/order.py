"""Many sources to one order of event time, in bounded memory; what comes too late for it is marked, not lost."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from stream_app.replay.entry import EPOCH, Entry, Place


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of event time: from `begin` on, before `end`; None leaves a side open."""

    begin: datetime | None = None
    end: datetime | None = None

    def __contains__(self, moment: object) -> bool:
        """Tell whether a moment lies in it."""
        if not isinstance(moment, datetime):
            return False
        return (self.begin is None or moment >= self.begin) and (self.end is None or moment < self.end)


def merged(sources: Sequence[Iterable[Entry]], *, lateness: int) -> Iterator[Entry]:
    """Yield the entries of all sources by event time, then by content.

    Each source may be out of order by `lateness` entries, which are held in memory. One that comes later than that
    is yielded where it came, marked as late.
    """
    frontier = EPOCH
    for entry in heapq.merge(*(_sorted(source, lateness) for source in sources), key=_place):
        yield replace(entry, late=True) if entry.moment < frontier else entry
        frontier = max(frontier, entry.moment)


def _place(entry: Entry) -> Place:
    return entry.place


def _sorted(entries: Iterable[Entry], most: int) -> Iterator[Entry]:
    held: list[tuple[Place, int, Entry]] = []
    numbers = count()
    for entry in entries:
        heapq.heappush(held, (entry.place, next(numbers), entry))
        if len(held) > most:
            yield heapq.heappop(held)[-1]
    while held:
        yield heapq.heappop(held)[-1]
