"""Effects that are judged at ticks: in whatever order and batches they come, and whatever fails, the same is told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.memory_log import MemoryEventLog
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.agents.guard import finish_or_die
from stream_app.agents.patience import Patience
from stream_app.agents.risk_settling import Settling
from stream_app.agents.tables import StateTable, changelog_topic
from stream_app.causal.risks import judge
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.events.risk_effect import AliveEffects, RiskEffect
from stream_app.events.tick import Tick
from stream_app.events.topics import DEAD_LETTERS, RISK, RISK_EFFECTS, TICKS_EVERYWHERE
from stream_app.pipeline.isolation import at_once
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import JUDGED, Record
from tests.causal_world import LIMITS, PARAMETERS, effect, name
from tests.factories import RECEIVED, START, hours
from tests.unit.agents.world import ProcessEnded, Tripwire

CHANGELOG = changelog_topic("test", "risk")
Lap = Sequence[RiskEffect]


class World:
    """The log, what a restarted worker restores from it, and laps of effects with a tick behind each."""

    def __init__(self, wire: Tripwire | None = None) -> None:
        self.wire = wire or Tripwire()
        self.log, self.telemetry = MemoryEventLog(), MemoryTelemetry()
        self.crashes = 0
        self._offset = 0
        self._worker = self.settling()

    async def send(self, messages: Sequence[Message]) -> None:
        await self.wire.around(self.log.send(messages))

    def settling(self) -> Settling:
        """Return a worker that has just started."""
        data: dict[bytes, bytes] = {}
        for message in self.log.topics[CHANGELOG.name]:
            if message.value is None:
                data.pop(message.key or b"", None)
            else:
                data[message.key or b""] = message.value
        patience = Patience(self.telemetry, sleep=lambda _: asyncio.sleep(0))
        return Settling(
            StateTable(data, self, changelog=CHANGELOG, patience=patience),
            self,
            FixedClock(START),
            judge=partial(judge, parameters=PARAMETERS, threshold=LIMITS.threshold),
            telemetry=self.telemetry,
            patience=patience,
            compute=at_once,
        )

    async def live(self, laps: Sequence[Lap], *, batch: int = 2) -> World:
        """Deliver each lap in batches, then its tick; a worker that ended is built again where its offset stands."""
        for number, lap in enumerate(laps, start=1):
            values = [one.model_dump_json().encode() for one in lap]
            records = [self._record(RISK_EFFECTS.name, value) for value in values]
            for at in range(0, len(records), batch):
                await self._finish(lambda part=records[at : at + batch]: self._worker.handle(part))
            tick = Tick(source="test", event_time=START + hours(number)).model_dump_json().encode()
            ticks = [self._record(TICKS_EVERYWHERE.name, tick)]
            await self._finish(lambda ticks=ticks: self._worker.tick(ticks))
        return self

    def _record(self, topic: str, value: bytes) -> Record:
        self._offset += 1
        return Record(topic, 0, self._offset, b"key", value, RECEIVED)

    async def _finish(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        while True:
            try:
                return await finish_or_die(work(), grace=1, die=_die)
            except ProcessEnded:
                self.crashes += 1
                self._worker = self.settling()

    def told(self) -> dict[tuple[str, bytes], bytes | None]:
        """Return what was told by id and tick; fail where a repeat differs from the first."""
        found: dict[tuple[str, bytes], bytes | None] = {}
        for message in self.log.topics[RISK.name]:
            key = str(orjson.loads(message.value or b"")["event_id"]), dict(message.headers)[JUDGED]
            assert found.setdefault(key, message.value) == message.value, "a repeat differs from the first"
        return found

    def state(self) -> dict[bytes, tuple[Any, ...]]:
        """Return what the changelog comes to, without offsets."""
        kept = {one.key or b"": one.value for one in self.log.topics[CHANGELOG.name]}
        return {key: AliveEffects.model_validate_json(value).effects for key, value in kept.items() if value}


def _die(error: BaseException) -> None:
    raise ProcessEnded(str(error)) from error


def _effect(number: int, *, minute: int, lap: int, exposed: int = 1, **fields: Any) -> RiskEffect:
    entity = {"id": name(exposed), "name": f"C{exposed}", "kind": "company"}
    at = START + hours(lap + minute / 60)
    return RiskEffect.model_validate(
        effect(number, at=at, by=name(number % 3), **fields).model_dump() | {"exposed": entity}
    )


LAPS = [
    [
        _effect(1, minute=50, lap=0),
        _effect(2, minute=10, lap=0, size=0.5),
        _effect(3, minute=10, lap=0, direction="favourable", size=0.4),
        _effect(4, minute=30, lap=0, exposed=2),
        _effect(5, minute=20, lap=0, story_id="story-000001"),
    ],
    [_effect(6, minute=5, lap=1, size=0.3), _effect(7, minute=5, lap=1), _effect(8, minute=5, lap=0, exposed=2)],
    [],
    [_effect(1, minute=50, lap=0, size=0.9), _effect(9, minute=1, lap=3)],
]
ERRORS = [RuntimeError("a bug"), ServerUnavailable("away"), ServerRejected("refuses"), MemoryError(), TimeoutError()]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_whatever_await_fails_the_same_risks_are_told_and_the_same_is_remembered(error: BaseException) -> None:
    calm = await World().live(LAPS)
    for at in range(1, calm.wire.steps + 1):
        world = await World(Tripwire(at, error)).live(LAPS)
        assert world.told() == calm.told(), f"step {at}"
        assert world.state() == calm.state(), f"step {at}"


@settings(max_examples=30)
@given(st.data(), st.integers(1, 7))
def test_neither_order_nor_batches_nor_repeats_within_a_lap_change_what_is_told(
    data: st.DataObject, batch: int
) -> None:
    shuffled = [
        data.draw(
            st.permutations([*lap, *data.draw(st.lists(st.sampled_from(lap), max_size=3) if lap else st.just([]))])
        )
        for lap in LAPS
    ]
    golden, other = asyncio.run(World().live(LAPS)), asyncio.run(World().live(shuffled, batch=batch))
    assert other.told() == golden.told()
    assert other.state() == golden.state()


async def test_what_is_forgotten_does_not_depend_on_the_order_of_arrival() -> None:
    many = [_effect(number, minute=number % 60, lap=0, size=0.1 + number / 1000) for number in range(220)]
    last = [_effect(400, minute=1, lap=1)]
    golden = await World().live([many, last], batch=100)
    assert len(golden.state()[b"0\x1f" + name(1).encode()]) == 200
    other = await World().live([random.Random(1).sample(many, len(many)), last], batch=70)
    assert other.told() == golden.told()
    assert other.state() == golden.state()


async def test_nothing_is_told_before_a_tick_and_nothing_waits_after_it() -> None:
    world = World()
    await world.settling().handle(
        [Record(RISK_EFFECTS.name, 0, 0, b"k", LAPS[0][0].model_dump_json().encode(), RECEIVED)]
    )
    assert not world.log.topics[RISK.name]
    world = await World().live(LAPS)
    assert set(world.state()) == {b"0\x1f" + name(number).encode() for number in (1, 2)}


async def test_what_is_no_effect_becomes_a_dead_letter_and_the_others_go_on() -> None:
    world = World()
    good = Record(RISK_EFFECTS.name, 0, 1, b"k", LAPS[0][0].model_dump_json().encode(), RECEIVED)
    worker = world.settling()
    await worker.handle([Record(RISK_EFFECTS.name, 0, 0, b"k", b"{}", RECEIVED), good])
    tick = Tick(source="test", event_time=START + hours(1)).model_dump_json().encode()
    await worker.tick([Record(TICKS_EVERYWHERE.name, 0, 0, b"k", tick, RECEIVED)])
    assert len(world.log.topics[DEAD_LETTERS.name]) == len(world.log.topics[RISK.name]) == 1
