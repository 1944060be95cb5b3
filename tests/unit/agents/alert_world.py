"""Alerting in memory: events go in, a crash loses what a crash loses, and everything can fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.memory_alert_topics import MemoryAlertTopics
from stream_app.adapters.memory_log import MemoryEventLog
from stream_app.adapters.memory_state import MemoryStateLog
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.agents.alerts_delivery import Delivery
from stream_app.agents.alerts_matching import Keeping, Matching
from stream_app.agents.alerts_outlet import Outlet
from stream_app.agents.alerts_table import SubscriptionTable
from stream_app.agents.guard import finish_or_die
from stream_app.agents.patience import Patience
from stream_app.events.risk_event import RiskEvent
from stream_app.events.schema import Schema
from stream_app.events.subscription import Subscription
from stream_app.events.tick import Tick
from stream_app.events.topics import ALERTS, DEAD_LETTERS, MATCHES, RISK, SENTIMENT, SUBSCRIPTIONS, TICKS
from stream_app.pipeline.isolation import at_once
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record
from tests.factories import RECEIVED, START
from tests.unit.agents.world import ProcessEnded, Tripwire
from tests.unit.alerts.examples import small_world

Batch = Sequence[Record]


class TrippingOutside:
    """The log, the changelog and the topics, each await of which takes two steps of the wire."""

    def __init__(self, wire: Tripwire) -> None:
        self.wire = wire
        self.log, self.state, self.topics = MemoryEventLog(), MemoryStateLog(), MemoryAlertTopics()

    async def send(self, messages: Sequence[Message]) -> None:
        await self.wire.around(self.log.send(messages))

    async def load(self, partition: int) -> Mapping[str, bytes]:
        return await self.wire.around(self.state.load(partition))

    async def save(self, partition: int, changes: Mapping[str, bytes | None]) -> None:
        await self.wire.around(self.state.save(partition, changes))

    async def ensure(self, names: Collection[str]) -> Collection[str]:
        return await self.wire.around(self.topics.ensure(names))

    async def delete(self, names: Collection[str]) -> None:
        await self.wire.around(self.topics.delete(names))

    def forget(self, names: Collection[str] | None = None) -> None:
        self.topics.forget(names)

    async def count(self, topic: str) -> int:
        del topic

        async def one() -> int:
            return 1

        return await self.wire.around(one())


def _die(error: BaseException) -> None:
    raise ProcessEnded(str(error)) from error


def event_record(event: Schema, offset: int = 0) -> Record:
    """Return the record of an event or a tick."""
    topic = RISK if isinstance(event, RiskEvent) else TICKS if isinstance(event, Tick) else SENTIMENT
    return Record(topic.name, 0, offset, b"key", event.model_dump_json().encode(), RECEIVED)


def subscription_record(subscription: Subscription, offset: int = 0) -> Record:
    """Return the record by which somebody subscribes."""
    value = subscription.model_dump_json(exclude_none=True).encode()
    return Record(SUBSCRIPTIONS.name, 0, offset, subscription.name.encode(), value, RECEIVED)


@dataclass
class AlertWorld:
    """What outlives a worker: the log, the changelog, the offsets."""

    subscriptions: Sequence[Record] = ()
    wire: Tripwire = field(default_factory=Tripwire)
    crashes: int = 0
    settle: bool = False

    def __post_init__(self) -> None:
        self.outside, self.telemetry = TrippingOutside(self.wire), MemoryTelemetry()
        self.clock = FixedClock(START)

    def table(self) -> SubscriptionTable:
        """Return the table of a worker that has just started."""
        table = SubscriptionTable(self._open, self.outside, self.clock, telemetry=self.telemetry, sweep_seconds=3600)
        for record in self.subscriptions:
            table.learn(record)
        return table

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Any]:
        yield self

    def outlet(self) -> Outlet:
        patience = Patience(self.telemetry, sleep=lambda _: asyncio.sleep(0))
        return Outlet(self.outside, self.outside, self.clock, self.telemetry, patience)

    def matching(self) -> Matching:
        return Matching(self.table(), small_world(), self.outlet(), partitions=self.outside)

    def keeping(self) -> Keeping:
        return Keeping(self.outlet())

    def delivery(self) -> Delivery:
        return Delivery(self.outlet(), self.outside, settle=self.settle, compute=at_once)

    async def keep(self) -> None:
        """Handle all records of `subscriptions`."""
        await self._deliver(lambda: self.keeping().handle, list(self.subscriptions), len(self.subscriptions) or 1)

    async def run(self, events: Iterable[Schema], *, batch: int) -> None:
        """Match all events, then deliver all notices; a worker that ended starts again where its offset stands."""
        records = [event_record(event, offset) for offset, event in enumerate(events)]
        await self._deliver(lambda: self.matching().handle, records, batch)
        await self.deliver(batch=batch)

    async def deliver(self, *, batch: int) -> None:
        """Deliver all notices."""
        await self._deliver(lambda: self.delivery().handle, self.notices(), batch)

    def notices(self) -> list[Record]:
        """Return what matching wrote, as records of one partition."""
        written = self.outside.log.topics[MATCHES.name]
        return [Record(MATCHES.name, 0, at, one.key, one.value, RECEIVED) for at, one in enumerate(written)]

    async def _deliver(
        self, start: Callable[[], Callable[[Batch], Coroutine[None, None, None]]], records: Batch, batch: int
    ) -> None:
        handle, offset = start(), 0
        while offset < len(records):
            try:
                await finish_or_die(handle(records[offset : offset + batch]), grace=1, die=_die)
            except ProcessEnded:
                self.crashes += 1
                handle = start()
            else:
                offset += batch

    def alerts(self, topic: str = ALERTS.name) -> dict[str, dict[str, Any]]:
        """Return the alerts by id; fail where a repeat differs from the first."""
        found: dict[str, dict[str, Any]] = {}
        for message in self.outside.log.topics[topic]:
            alert = orjson.loads(message.value or b"")
            assert found.setdefault(alert["alert_id"], alert) == alert, "a repeated alert differs from the first"
        return found

    def dead_letters(self) -> list[dict[str, Any]]:
        """Return the dead letters, in order."""
        return [orjson.loads(message.value or b"") for message in self.outside.log.topics[DEAD_LETTERS.name]]
