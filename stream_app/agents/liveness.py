"""Watches that the worker consumes, from a thread with clients and an event loop of its own.

So neither a hung consumer nor a blocked loop can silence it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog

from stream_app.adapters.kafka_offsets import GroupOffsets, Progress
from stream_app.errors import ConsumptionStalled, ServerUnavailable
from stream_app.pipeline.ports import Clock
from stream_app.pipeline.stall import Partition, StallDetector

_log = structlog.get_logger(__name__)


class Liveness(threading.Thread):
    """Calls `die` when the worker's partitions grow and nothing is committed for longer than `timeout`.

    `assigned` tells the worker's partitions and `waiting` whether it waits for a server that is away.
    """

    def __init__(
        self,
        offsets: GroupOffsets,
        clock: Clock,
        *,
        timeout: timedelta,
        assigned: Callable[[], Collection[Partition]],
        waiting: Callable[[], bool],
        die: Callable[[BaseException], None],
    ) -> None:
        super().__init__(name="liveness", daemon=True)
        self._offsets = offsets
        self._clock = clock
        self._timeout = timeout
        self._assigned = assigned
        self._waiting = waiting
        self._die = die
        self._detector = StallDetector(timeout)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look several times in each time-out, until stopped."""
        while not self._stopped.wait(self._timeout.total_seconds() / 8):
            asyncio.run(self._look())

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    async def _look(self) -> None:
        assigned = self._assigned()
        try:
            progress, waiting = await self._offsets.read(assigned), self._waiting()
        except ServerUnavailable as error:
            _log.warning("liveness cannot be checked", error=str(error))
            progress, waiting = Progress(ends=dict.fromkeys(assigned, 0)), True
        now = self._clock.now()
        stalled = self._detector.observe(now, committed=progress.committed, ends=progress.ends, waiting=waiting)
        if stalled:
            with_records = await self._with_records(stalled)
            self._detector.excuse(set(stalled).difference(with_records), now)
            stalled = with_records
        if stalled and not self._stopped.is_set():
            places = ", ".join(f"{topic}[{partition}]" for topic, partition in stalled)
            self._die(
                ConsumptionStalled(
                    f"{places} has records waiting, and nothing was committed for {self._timeout.total_seconds():g} s: "
                    "the worker exits so that its supervisor starts it again"
                )
            )

    async def _with_records(self, stalled: Collection[Partition]) -> list[Partition]:
        try:
            return await self._offsets.with_records(stalled)
        except ServerUnavailable as error:
            _log.warning("liveness cannot be checked", error=str(error))
            return []
