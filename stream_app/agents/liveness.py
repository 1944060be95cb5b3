"""Watches that the worker consumes, from a thread with clients and an event loop of its own.

So neither a hung consumer nor a blocked loop can silence it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog

from stream_app.adapters.kafka_offsets import GroupOffsets, Progress
from stream_app.errors import ConsumptionStalled, ServerUnavailable
from stream_app.pipeline.ports import Clock
from stream_app.pipeline.stall import Partition, StallDetector

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Signs:
    """What a worker tells of itself.

    `assigned`: its partitions; `waiting`: whether it waits for a server that is away; `advanced`: the partitions of
    which a part of the batch in hand was finished since that was asked last.
    """

    assigned: Callable[[], Collection[Partition]]
    waiting: Callable[[], bool]
    advanced: Callable[[], Collection[Partition]] = frozenset


class Liveness(threading.Thread):
    """Calls `die` when the worker's partitions grow and nothing is finished for longer than `timeout`."""

    def __init__(
        self,
        offsets: GroupOffsets,
        clock: Clock,
        *,
        timeout: timedelta,
        signs: Signs,
        die: Callable[[BaseException], None],
    ) -> None:
        super().__init__(name="liveness", daemon=True)
        self._offsets = offsets
        self._clock = clock
        self._timeout = timeout
        self._signs = signs
        self._die = die
        self._detector = StallDetector(timeout)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look several times in each time-out, until stopped."""
        while not self._stopped.wait(self._timeout.total_seconds() / 8):
            try:
                asyncio.run(self._look())
            except Exception as error:  # noqa: BLE001  (who watches is not to end before what it watches)
                _log.warning("liveness cannot be checked", error=f"{type(error).__name__}: {error}")

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    async def _look(self) -> None:
        assigned, advanced = self._signs.assigned(), self._signs.advanced()
        try:
            progress, waiting = await self._offsets.read(assigned), self._signs.waiting()
        except ServerUnavailable as error:
            _log.warning("liveness cannot be checked", error=str(error))
            progress, waiting = Progress(ends=dict.fromkeys(assigned, 0)), True
        now = self._clock.now()
        stalled = self._detector.observe(
            now, committed=progress.committed, ends=progress.ends, waiting=waiting, advanced=advanced
        )
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
