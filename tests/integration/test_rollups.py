"""Rollups on a real broker: whatever is killed in mid-stream, the windows are those of an undisturbed run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from stream_app.adapters.kafka import KafkaEventLog
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.events.entity import EntityKind, EntityRef
from stream_app.events.rollup import Rollup
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.tick import Tick
from stream_app.events.topics import DEAD_LETTERS, ROLLUPS, SENTIMENT, TICKS
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record
from tests.factories import START, minutes, sentiment_event
from tests.streaming import StreamUnderTest, Worker, running_worker

pytestmark = pytest.mark.one_broker

EVENTS, KILLS = 1_200, 2
ENTITIES = 12
END = START + timedelta(days=3)
ALONE = "rollups"
NO_TICKS = {"TICK_PERIOD": "0", "BATCH_DOCUMENTS": "40"}

Windows = dict[str, Rollup]


def _event(number: int) -> SentimentEvent:
    name = f"Company {number % ENTITIES}"
    return sentiment_event(
        number,
        at=START + timedelta(seconds=37 * number),
        polarity=((number * 7919) % 2001 - 1000) / 1000,
        entity=EntityRef(id=f"company:{number % ENTITIES}", name=name, kind=EntityKind.COMPANY),
        source=f"Wire {number % 5}",
    )


class Stream:
    """Sentiment events and ticks go in, and the last revision of each window comes out."""

    def __init__(self, under_test: StreamUnderTest) -> None:
        self.under_test = under_test
        self._connection = {"bootstrap_servers": under_test.brokers}

    @asynccontextmanager
    async def _log(self) -> AsyncIterator[KafkaEventLog]:
        log = KafkaEventLog(self._connection, prefix=self.under_test.namespace)
        try:
            yield log
        finally:
            await log.stop()

    async def send(self, events: Iterable[SentimentEvent]) -> None:
        async with self._log() as log:
            await log.send([Message(SENTIMENT.name, _key(event), event.model_dump_json().encode()) for event in events])

    async def tick(self, moment: datetime) -> None:
        """Send one tick, as anybody may: to whatever partition its key leads."""
        tick = Tick(source="test", event_time=moment)
        async with self._log() as log:
            await log.send([Message(TICKS.name, b"test", tick.model_dump_json().encode())])

    async def send_raw(self, value: bytes) -> None:
        async with self._log() as log:
            await log.send([Message(SENTIMENT.name, b"company:0", value)])

    async def windows(self) -> Windows:
        """Return the last revision of each window; fail where a revision says two things."""
        held: Windows = {}
        said: dict[tuple[str, int, bool], Rollup] = {}
        for record in await self.records(ROLLUPS.name):
            rollup = Rollup.model_validate_json(record.value or b"")
            assert record.key == rollup.entity.id.encode()
            assert said.setdefault((rollup.rollup_id, rollup.revision, rollup.closed), rollup) == rollup
            before = held.get(rollup.rollup_id)
            if before is None or (rollup.revision, rollup.closed) >= (before.revision, before.closed):
                held[rollup.rollup_id] = rollup
        return held

    async def records(self, topic: str) -> list[Record]:
        reader = TopicReader(self._connection, topic, prefix=self.under_test.namespace)
        await reader.start(from_start=True)
        try:
            return [record async for record in reader.read_to_end()]
        finally:
            await reader.stop()

    async def until(self, holds: Callable[[Windows], bool], *, seconds: float = 180) -> Windows:
        deadline = asyncio.get_running_loop().time() + seconds
        while not holds(found := await self.windows()):
            assert asyncio.get_running_loop().time() < deadline, f"{len(found)} windows: {list(found.values())[-3:]}"
            await asyncio.sleep(0.3)
        return found


def _key(event: SentimentEvent) -> bytes:
    assert event.entity is not None
    return event.entity.id.encode()


def _documents(windows: Windows, name: str = "1m") -> int:
    return sum(rollup.documents for rollup in windows.values() if rollup.window == name)


def _complete(windows: Windows, count: int = EVENTS) -> bool:
    lengths = ("1m", "1h", "1d")
    return all(_documents(windows, name) == count for name in lengths) and all(one.closed for one in windows.values())


async def _undisturbed(stream: StreamUnderTest) -> Windows:
    calm = Stream(
        StreamUnderTest(
            stream.brokers, stream.redis_url, stream.triton_url, f"calm-{stream.namespace}", stream.state_dir
        )
    )
    await calm.under_test.create_topics()
    await calm.send(map(_event, range(EVENTS)))
    async with running_worker(calm.under_test, "calm", only=ALONE, **NO_TICKS):
        await calm.until(lambda found: _documents(found) > 0.9 * EVENTS)
        await calm.tick(END)
        return await calm.until(_complete)


@pytest.mark.timeout(900)
async def test_killed_workers_leave_the_windows_of_an_undisturbed_run(stream: StreamUnderTest) -> None:
    """No window is lost and no document counts twice, whatever `kill -9` falls into."""
    events = Stream(stream)
    worker = Worker(stream, "killed", only=ALONE, **NO_TICKS)
    try:
        for part in range(KILLS):
            first, last = part * EVENTS // KILLS, (part + 1) * EVENTS // KILLS
            await events.send(map(_event, range(first, last)))
            await worker.start()
            await events.until(lambda found, first=first: _documents(found) > first + 100)
            worker.kill()
        await events.send(map(_event, range(100)))
        await worker.start()
        await events.until(lambda found: _documents(found) > 0.9 * EVENTS)
        await events.tick(END)
        disturbed = await events.until(_complete)
    finally:
        worker.kill()
    assert disturbed == await _undisturbed(stream)


@pytest.mark.timeout(500)
async def test_one_tick_closes_the_windows_of_every_partition_also_after_a_kill(stream: StreamUnderTest) -> None:
    events = Stream(stream)
    worker = Worker(stream, "ticked", only=ALONE, **NO_TICKS)
    try:
        await worker.start()
        await events.send(map(_event, range(ENTITIES)))
        await asyncio.sleep(2)
        assert await events.windows() == {}
        worker.kill()
        await events.tick(START + minutes(20))
        await worker.start()
        found = await events.until(lambda windows: _documents(windows) == ENTITIES)
        assert {(one.window, one.closed) for one in found.values()} == {("1m", True), ("1h", False), ("1d", False)}
        await events.tick(END)
        found = await events.until(lambda windows: _complete(windows, ENTITIES))
        assert _documents(found) == ENTITIES
    finally:
        worker.kill()


@pytest.mark.timeout(500)
async def test_wall_clock_of_a_worker_closes_windows_and_a_bad_record_stops_nothing(stream: StreamUnderTest) -> None:
    events = Stream(stream)
    async with running_worker(stream, only=ALONE, TICK_PERIOD="0.5") as worker:
        await events.send_raw(b"not JSON")
        await events.send([_event(0)])
        await events.until(lambda windows: _complete(windows, 1))
        assert "the knowledge graph is loaded" not in worker.log()
    letters = await events.records(DEAD_LETTERS.name)
    assert len(letters) == 1
    assert b'"source_topic":"sentiment.events"' in (letters[0].value or b"")


@pytest.mark.timeout(500)
async def test_second_worker_takes_over_what_the_first_held(stream: StreamUnderTest) -> None:
    events = Stream(stream)
    async with running_worker(stream, "first", only=ALONE, **NO_TICKS):
        await events.send(map(_event, range(600)))
        await events.until(lambda found: _documents(found) > 300)
        async with running_worker(stream, "second", only=ALONE, **NO_TICKS):
            await events.send(map(_event, range(600, 1_200)))
            await events.until(lambda found: _documents(found) > 900)
        await events.send(map(_event, range(1_200, 1_500)))
        await events.until(lambda found: _documents(found) > 1_400)
        await events.tick(END)
        found = await events.until(lambda found: _complete(found, 1_500))
    assert _documents(found) == 1_500
