"""Ticks: sent by the wall clock of a worker, and handed on to every partition, whoever sent them.

A tick stands in one partition of `clock.ticks`, and state in all: so the worker that reads it writes it to each
partition of `clock.ticks.all`, whose partitions go to the workers that hold the state of the same number. Offsets
advance when all of them have it, so no tick is lost by a crash, and a tick that comes twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog
from pydantic import ValidationError

from stream_app.agents.patience import Patience
from stream_app.errors import StreamAppError
from stream_app.events.tick import Tick
from stream_app.events.topics import TICKS, TICKS_EVERYWHERE
from stream_app.pipeline.decode import FUTURE_TOLERANCE
from stream_app.pipeline.ports import Clock, EventLog, Message, Telemetry
from stream_app.pipeline.records import Record

_log = structlog.get_logger(__name__)
_SOURCE = "wall clock"


class TickRelay:
    """Hands the furthest tick of a batch to every partition."""

    def __init__(
        self, log: EventLog, *, partitions: Callable[[], Awaitable[int]], telemetry: Telemetry, patience: Patience
    ) -> None:
        """`partitions` tells how many `clock.ticks.all` has."""
        self._log, self._partitions = log, partitions
        self._telemetry, self._patience = telemetry, patience
        self._count: int | None = None

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when every partition has the tick; what is no tick is passed over, with a line in the log."""
        ticks = [tick for tick in map(_tick, records) if tick is not None]
        if not ticks:
            return
        furthest = max(ticks, key=lambda tick: tick.event_time)
        if self._count is None:
            self._count = await self._patience.until_available(self._partitions)
        messages = [_message(TICKS_EVERYWHERE.name, furthest, partition) for partition in range(self._count)]
        await self._patience.until_available(partial(self._log.send, messages))
        self._telemetry.count("stream_app_ticks_total", len(ticks))


async def tick_for_ever(log: EventLog, clock: Clock, *, seconds: float) -> None:
    """Tell `clock.ticks` the present moment again and again; what cannot be sent is told by the next one."""
    while True:
        try:
            await log.send([_message(TICKS.name, Tick(source=_SOURCE, event_time=clock.now()))])
        except StreamAppError as error:
            _log.warning("a tick was not sent", error=str(error))
        await asyncio.sleep(seconds)


def _tick(record: Record) -> Tick | None:
    try:
        tick = Tick.model_validate_json(record.value or b"")
    except ValidationError:
        _log.warning("not a tick", topic=record.topic, partition=record.partition, offset=record.offset)
        return None
    if tick.event_time > record.received_at + FUTURE_TOLERANCE:  # it would close windows that have yet to begin
        _log.warning("a tick of the future", event_time=tick.event_time, source=tick.source, offset=record.offset)
        return None
    return tick


def _message(topic: str, tick: Tick, partition: int | None = None) -> Message:
    return Message(topic, tick.source.encode(), tick.model_dump_json().encode(), partition=partition)
