"""Whatever await of the rollup agent fails: the windows are those of a calm run, and no record is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.memory_log import MemoryEventLog
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.agents.guard import finish_or_die
from stream_app.agents.patience import Patience
from stream_app.agents.rollups import Rollups
from stream_app.agents.shelf import Place, Shelf
from stream_app.agents.tables import StateTable, changelog_topic
from stream_app.agents.ticks import TickRelay
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.events.entity import EntityKind, EntityRef
from stream_app.events.rollup import Rollup
from stream_app.events.tick import Tick
from stream_app.events.topics import DEAD_LETTERS, ROLLUPS, SENTIMENT, TICKS, TICKS_EVERYWHERE
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record
from stream_app.rollups.step import Step
from tests.factories import RECEIVED, START, hours, sentiment_event
from tests.unit.agents.world import ProcessEnded, Tripwire

CHANGELOG = changelog_topic("group", "rollups")
FAULTS = [RuntimeError("a bug"), ServerUnavailable("away"), ServerRejected("refused"), MemoryError()]
EVENTS = 30


class _TrippingLog(MemoryEventLog):
    """A log each send of which takes two steps of the wire: a fault comes before it, or after it."""

    def __init__(self, wire: Tripwire) -> None:
        super().__init__()
        self._wire = wire

    async def send(self, messages: Sequence[Message]) -> None:
        await self._wire.around(super().send(messages))


@dataclass
class _World:
    """What outlives a worker: the log, and with it the changelog."""

    wire: Tripwire = field(default_factory=Tripwire)
    crashes: int = 0

    def __post_init__(self) -> None:
        self.log, self.telemetry = _TrippingLog(self.wire), MemoryTelemetry()
        self.patience = Patience(self.telemetry, sleep=lambda _: asyncio.sleep(0))

    def worker(self) -> Rollups:
        """Return a worker that has just restored its table."""
        restored: dict[bytes, bytes] = {}
        for message in self.log.topics[CHANGELOG.name]:
            assert message.key is not None
            if message.value is None:
                restored.pop(message.key, None)
            else:
                restored[message.key] = message.value
        table = StateTable(restored, self.log, changelog=CHANGELOG, patience=self.patience)
        clock = FixedClock(START)
        return Rollups(
            Shelf(table), self.log, clock, telemetry=self.telemetry, patience=self.patience, compute=self._compute
        )

    async def _compute(self, work: Callable[[], dict[Place, Step]]) -> dict[Place, Step]:
        async def now() -> dict[Place, Step]:
            return work()

        return await self.wire.around(now())

    async def run(self, batches: Sequence[Sequence[Record]]) -> None:
        worker = self.worker()
        todo = list(batches)
        while todo:
            handler = worker.absorb if todo[0][0].topic == SENTIMENT.name else worker.tick
            try:
                await finish_or_die(handler(todo[0]), grace=1, die=_die)
            except ProcessEnded:
                self.crashes += 1
                worker = self.worker()
            else:
                todo.pop(0)

    def windows(self) -> dict[str, Rollup]:
        held: dict[str, Rollup] = {}
        for message in self.log.topics[ROLLUPS.name]:
            rollup = Rollup.model_validate_json(message.value or b"")
            before = held.get(rollup.rollup_id)
            if before is None or (rollup.revision, rollup.closed) >= (before.revision, before.closed):
                held[rollup.rollup_id] = rollup
        return held


def _die(error: BaseException) -> None:
    raise ProcessEnded(str(error)) from error


def _record(offset: int, value: bytes, topic: str = SENTIMENT.name, partition: int = 0) -> Record:
    return Record(topic, partition, offset, b"key", value, RECEIVED)


def _event(number: int, **fields: object) -> bytes:
    entity = EntityRef(id=f"company:{number % 3}", name="Any", kind=EntityKind.COMPANY)
    at = START + timedelta(hours=4 * number) - timedelta(hours=9 * (number % 2))
    return sentiment_event(number, **({"entity": entity, "at": at} | fields)).model_dump_json().encode()


def _tick(at: float, partition: int = 0) -> Record:
    tick = Tick(source="test", event_time=START + hours(at))
    return _record(0, tick.model_dump_json().encode(), TICKS_EVERYWHERE.name, partition)


def _batches() -> list[list[Record]]:
    records = [_record(number, _event(number)) for number in range(EVENTS)]
    batches = [records[first : first + 7] for first in range(0, EVENTS, 7)]
    batches[2].append(_record(90, b"not JSON"))
    batches[3].append(_record(91, _event(0, entity=None)))
    return [*batches[:3], [_tick(90)], *batches[3:], records[-5:], [_tick(400)]]


async def _calm() -> _World:
    world = _World()
    await world.run(_batches())
    return world


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
async def test_windows_are_those_of_a_calm_run_whatever_await_fails(error: BaseException) -> None:
    calm = await _calm()
    for at in range(1, calm.wire.steps + 1):
        world = _World(Tripwire(at, error))
        await world.run(_batches())
        assert world.windows() == calm.windows(), f"step {at}"
        assert world.log.topics[DEAD_LETTERS.name], f"step {at}"


async def test_a_calm_run_counts_every_document_once_in_each_length() -> None:
    calm = await _calm()
    for name in ("1m", "1h", "1d"):
        assert sum(one.documents for one in calm.windows().values() if one.window == name) == EVENTS
    assert all(one.closed for one in calm.windows().values())
    assert calm.crashes == 0
    assert len(calm.log.topics[DEAD_LETTERS.name]) == 1


async def test_a_worker_that_starts_anew_goes_on_where_the_table_stands() -> None:
    world = _World()
    for batch in _batches():
        await world.run([batch])
    assert world.windows() == (await _calm()).windows()


async def test_a_tick_that_passes_no_window_writes_no_rollup_and_few_bytes() -> None:
    world = await _calm()
    rollups, changes = len(world.log.topics[ROLLUPS.name]), len(world.log.topics[CHANGELOG.name])
    await world.run([[_tick(401)]])
    assert len(world.log.topics[ROLLUPS.name]) == rollups
    assert len(world.log.topics[CHANGELOG.name]) == changes + 2


async def test_books_of_partitions_that_are_gone_are_forgotten() -> None:
    world = _World()
    worker = world.worker()
    await worker.absorb([_record(0, _event(0)), _record(0, _event(1), partition=1)])
    await worker.recovered({1})
    await worker.tick([_tick(400, partition=0), _tick(400, partition=1)])
    assert {message.key for message in world.log.topics[ROLLUPS.name]} == {b"company:1"}


async def test_the_furthest_tick_goes_to_every_partition() -> None:
    world = _World()

    async def partitions() -> int:
        return 3

    relay = TickRelay(world.log, partitions=partitions, telemetry=world.telemetry, patience=world.patience)
    ticks = [Tick(source="test", event_time=START + hours(at)).model_dump_json().encode() for at in (2, 5, 1)]
    future = Tick(source="a wrong clock", event_time=RECEIVED + timedelta(days=2)).model_dump_json().encode()
    await relay.handle([_record(n, value, TICKS.name) for n, value in enumerate([*ticks, b"no tick", future])])
    sent = world.log.topics[TICKS_EVERYWHERE.name]
    assert [message.partition for message in sent] == [0, 1, 2]
    assert {message.value for message in sent} == {ticks[1]}
