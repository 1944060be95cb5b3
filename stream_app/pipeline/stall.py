"""Whether a worker has stopped consuming although its topics grow. Pure: times and offsets are arguments.

Faust is known to hang after some rebalances and broker outages without an error (faust-streaming/faust
#175, #523, #532); only progress against the log's end tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

Partition = tuple[str, int]


class StallDetector:
    """Remembers since when each partition has had records waiting and no commit."""

    def __init__(self, timeout: timedelta) -> None:
        self._timeout = timeout
        self._committed: dict[Partition, int] = {}
        self._since: dict[Partition, datetime] = {}

    def observe(
        self,
        now: datetime,
        *,
        committed: Mapping[Partition, int],
        ends: Mapping[Partition, int],
        waiting: bool,
        advanced: Collection[Partition] = (),
    ) -> list[Partition]:
        """Return the partitions that have stood still for longer than the time-out.

        `waiting` says that the worker waits for a server that is away: no commit is expected then, and the
        time starts anew. So it does for partitions that have `advanced`: a part of their batch was finished, though
        what is committed is the whole of it.
        """
        for partition, end in ends.items():
            offset = committed.get(partition, 0)
            moved = offset != self._committed.get(partition)
            if waiting or moved or partition in advanced or offset >= end:
                self._since[partition] = now
            self._committed[partition] = offset
        self._forget(ends)
        return [partition for partition, since in self._since.items() if now - since > self._timeout]

    def excuse(self, partitions: Iterable[Partition], now: datetime) -> None:
        """Let the time of these partitions start anew: there is nothing to be read in them."""
        self._since.update(dict.fromkeys(partitions, now))

    def _forget(self, ends: Mapping[Partition, int]) -> None:
        """Drop partitions that now belong to another worker."""
        for partition in self._since.keys() - ends.keys():
            del self._since[partition]
            del self._committed[partition]
