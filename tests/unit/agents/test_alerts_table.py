"""Every worker knows all subscriptions, whatever its reader goes through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.memory_alert_topics import MemoryAlertTopics
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.agents.alerts_table import Reader, SubscriptionTable
from stream_app.agents.patience import Patience
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.pipeline.records import Record
from tests.factories import RECEIVED, START, hours
from tests.unit.agents.alert_world import subscription_record
from tests.unit.alerts.examples import subscription


class ScriptedReader:
    """Holds records; what comes later is put into `coming`, an exception too."""

    def __init__(self, *held: Record) -> None:
        self.held = list(held)
        self.coming: asyncio.Queue[Record | Exception] = asyncio.Queue()
        self.opened = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Reader]:
        self.opened += 1
        yield self

    async def read_to_end(self) -> AsyncIterator[Record]:
        for record in self.held:
            yield record

    async def follow(self) -> AsyncIterator[Record]:
        while True:
            one = await self.coming.get()
            if isinstance(one, Exception):
                raise one
            self.held.append(one)
            yield one


def _table(reader: ScriptedReader) -> SubscriptionTable:
    topics, telemetry = MemoryAlertTopics(), MemoryTelemetry()
    return SubscriptionTable(reader.open, topics, FixedClock(START), telemetry=telemetry)


def _patience() -> Patience:
    return Patience(MemoryTelemetry(), sleep=lambda _: asyncio.sleep(0))


async def _until(table: SubscriptionTable, count: int) -> None:
    async with asyncio.timeout(10):
        while len(table.matcher) != count:  # noqa: ASYNC110  (the table tells nobody)
            await asyncio.sleep(0.01)


async def test_what_the_topic_holds_is_known_at_the_start_and_what_comes_is_learned() -> None:
    reader = ScriptedReader(subscription_record(subscription("a")))
    table = _table(reader)
    await table.start(_patience())
    try:
        assert len(table.matcher) == 1
        await reader.coming.put(subscription_record(subscription("b")))
        await _until(table, 2)
        await reader.coming.put(Record("subscriptions", 0, 2, b"a", None, RECEIVED))
        await _until(table, 1)
    finally:
        await table.stop()


@pytest.mark.parametrize(
    "error", [ServerUnavailable("away"), ServerRejected("refused"), RuntimeError("a bug")], ids=repr
)
async def test_a_reader_that_fails_is_opened_again_and_nothing_is_forgotten(error: Exception) -> None:
    reader = ScriptedReader(subscription_record(subscription("a")))
    table = _table(reader)
    await table.start(_patience())
    try:
        await reader.coming.put(error)
        await reader.coming.put(subscription_record(subscription("b")))
        await _until(table, 2)
    finally:
        await table.stop()
    assert reader.opened == 2


async def test_while_the_topic_is_read_anew_what_is_known_holds() -> None:
    """It holds an end before a new beginning: read as they stand, events between the two would match nothing."""

    class Halting(ScriptedReader):
        async def read_to_end(self) -> AsyncIterator[Record]:
            for record in self.held:
                yield record
                if record.value is None and self.opened > 1:
                    halted.set()
                    await going_on.wait()

    halted, going_on = asyncio.Event(), asyncio.Event()
    wish = subscription_record(subscription("a"))
    reader = Halting(wish, Record("subscriptions", 0, 1, b"a", None, RECEIVED - hours(24 * 30)), wish)
    table = _table(reader)
    await table.start(_patience())
    try:
        await reader.coming.put(RuntimeError("the connection is gone"))
        await asyncio.wait_for(halted.wait(), 10)
        await table.sweep()
        assert len(table.matcher) == 1
        going_on.set()
        await reader.coming.put(subscription_record(subscription("b")))
        await _until(table, 2)
    finally:
        await table.stop()


async def test_what_is_refused_from_the_start_is_an_error() -> None:
    class Refusing(ScriptedReader):
        @asynccontextmanager
        async def open(self) -> AsyncIterator[Reader]:
            raise ServerRejected("the topic does not exist")
            yield self

    table = _table(Refusing())
    with pytest.raises(ServerRejected):
        await table.start(_patience())
    await table.stop()
