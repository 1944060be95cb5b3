"""Who subscribes to what: all subscriptions, known to every worker, followed without a consumer group.

A table of the engine would pause the worker at each rebalance to read itself anew, and ends with its agent; a reader of
its own holds what it knows while Kafka is away, and begins again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from stream_app.agents.patience import Patience
from stream_app.alerts.matcher import Matcher
from stream_app.alerts.ports import AlertTopics
from stream_app.alerts.reading import EndOf, ReadSubscription, name_of, read_subscription
from stream_app.errors import StreamAppError
from stream_app.events.subscription import Subscription
from stream_app.events.topics import ALERTS
from stream_app.pipeline.ports import Clock, Telemetry
from stream_app.pipeline.records import Record, Rejection

_log = structlog.get_logger(__name__)
_KEPT = ALERTS.kept or timedelta.max
_PAUSE_SECONDS = 1.0
_STOP_SECONDS = 5.0


class Reader(Protocol):
    """Reads a topic from its beginning: what it holds, then what comes."""

    def read_to_end(self) -> AsyncIterator[Record]:
        """Yield what the topic holds now, and end."""
        ...

    def follow(self) -> AsyncIterator[Record]:
        """Yield records for ever, as they come."""
        ...


Open = Callable[[], AbstractAsyncContextManager[Reader]]


@dataclass(slots=True)
class _Known:
    """What the topic says: who subscribes, and when those ended who do no more."""

    matcher: Matcher = field(default_factory=Matcher)
    ended: dict[str, datetime] = field(default_factory=dict)

    def learn(self, meaning: Subscription | EndOf | Rejection, record: Record) -> None:
        """Take over what a record means; one that means nothing valid ends what stood under its key.

        The topic is compacted: what stood there before is not there for the next worker that reads it.
        """
        if isinstance(meaning, Subscription):
            self.ended.pop(meaning.name, None)
            self.matcher.put(meaning, since=record.offset)
        elif (name := name_of(record)) is not None:
            self.matcher.remove(name)
            self.ended[name] = record.received_at


class SubscriptionTable:
    """Keeps the matcher in step with the topic, and deletes the topics of those that ended long enough ago."""

    def __init__(
        self,
        open_reader: Open,
        topics: AlertTopics,
        clock: Clock,
        *,
        telemetry: Telemetry,
        read: ReadSubscription = read_subscription,
        sweep_seconds: float = 60.0,
    ) -> None:
        self._known = _Known()
        self._open, self._topics, self._clock = open_reader, topics, clock
        self._telemetry, self._read, self._sweep_seconds = telemetry, read, sweep_seconds
        self._read_once = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def matcher(self) -> Matcher:
        """The subscriptions as they are known now."""
        return self._known.matcher

    async def start(self, patience: Patience) -> None:
        """Return when all that the topic holds is known; go on following it."""
        self._tasks = [asyncio.create_task(self._follow_forever(patience)), asyncio.create_task(self._sweep_forever())]
        done, _ = await asyncio.wait(
            [*self._tasks, waiting := asyncio.create_task(self._read_once.wait())],
            return_when=asyncio.FIRST_COMPLETED,
        )
        waiting.cancel()
        for task in done & set(self._tasks):
            task.result()

    async def stop(self) -> None:
        """Follow no more."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)
        self._tasks = []

    def learn(self, record: Record) -> None:
        """Take over what a record says."""
        self._known.learn(self._read(record), record)
        self._tell()

    async def sweep(self) -> None:
        """Delete the topics of subscriptions that ended longer ago than alerts are kept."""
        now = self._clock.now()
        ended = self._known.ended
        over = [name for name, ended_at in ended.items() if ended_at + _KEPT <= now]
        if over:
            await self._topics.delete(over)
        for name in over:
            ended.pop(name, None)

    def _tell(self) -> None:
        self._telemetry.gauge("stream_app_subscriptions", len(self.matcher))

    async def _follow_forever(self, patience: Patience) -> None:
        """Begin again whatever happens; only what is wrong from the start is an error."""
        while True:
            try:
                await patience.until_available(self._follow)
            except Exception as error:
                if not self._read_once.is_set():
                    raise
                _log.warning("subscriptions are read again from the start", reason=str(error), exc_info=error)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _follow(self) -> None:
        known = _Known()
        async with self._open() as reader:
            async for record in reader.read_to_end():
                known.learn(self._read(record), record)
            self._known = known  # not before: half of the topic tells of ends after which there was a beginning
            self._tell()
            if not self._read_once.is_set():
                _log.info("subscriptions are known", subscriptions=len(self.matcher))
            self._read_once.set()
            async for record in reader.follow():
                self.learn(record)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(self._sweep_seconds)
            try:
                await self.sweep()
            except StreamAppError as error:
                _log.warning("topics of ended subscriptions are deleted later", error=str(error))
