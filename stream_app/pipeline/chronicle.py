"""The documents of one story by event time, so that one more asks them in logarithmic time, however many there are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from stream_app.pipeline.novelty import MOST_MEMBERS, Member


class Chronicle:
    """The last `MOST_MEMBERS` documents that arrived."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self._arrived = deque(members, MOST_MEMBERS)
        self._told = sorted((member.published_at, member.repeats) for member in self._arrived)
        self._of_entity: dict[str, list[datetime]] = {}
        for member in sorted(self._arrived, key=lambda member: member.published_at):
            for entity in member.entities:
                self._of_entity.setdefault(entity, []).append(member.published_at)

    def add(self, member: Member) -> None:
        """Take in one more document; the one that arrived first goes where there are too many."""
        if len(self._arrived) == MOST_MEMBERS:
            self._drop(self._arrived.popleft())
        self._arrived.append(member)
        insort(self._told, (member.published_at, member.repeats))
        for entity in member.entities:
            insort(self._of_entity.setdefault(entity, []), member.published_at)

    def _drop(self, member: Member) -> None:
        del self._told[bisect_left(self._told, (member.published_at, member.repeats))]
        for entity in member.entities:
            times = self._of_entity[entity]
            del times[bisect_left(times, member.published_at)]

    def members(self) -> tuple[Member, ...]:
        """Return the documents in the order in which they arrived."""
        return tuple(self._arrived)

    def repeats_before(self, moment: datetime, *, within: timedelta) -> int | None:
        """Return how far the chain was at its last document of that time; None where there is none."""
        at = bisect_right(self._told, moment, key=lambda told: told[0])
        if not at or moment - self._told[at - 1][0] > within:
            return None
        return self._told[at - 1][1]

    def counts(self, entity: str, moment: datetime, spans: Iterable[timedelta]) -> list[int]:
        """Return how many documents named the entity in each of the spans of time that end at the moment."""
        times = self._of_entity.get(entity, [])
        end = bisect_right(times, moment)
        return [end - bisect_left(times, moment - span, hi=end) for span in spans]
