"""Both steps of risk in memory: whatever await fails, each event's effects count once and each risk is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import pytest

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.memory_log import MemoryEventLog
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.agents.guard import finish_or_die
from stream_app.agents.patience import Patience
from stream_app.agents.risk_keeping import Keeping
from stream_app.agents.risk_spreading import Spreading
from stream_app.agents.tables import StateTable, changelog_topic
from stream_app.causal.risks import judge
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.events.risk_effect import AliveEffects, RiskEffect
from stream_app.events.risk_event import RiskEvent
from stream_app.events.topics import DEAD_LETTERS, RISK, RISK_EFFECTS, SENTIMENT
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record
from tests.causal_world import LIMITS, PARAMETERS, model_of, name, shocking, supplies
from tests.factories import RECEIVED, START, hours
from tests.unit.agents.world import ProcessEnded, Tripwire

_T = TypeVar("_T")
CHANGELOG = changelog_topic("test", "risk")
MODEL = model_of(supplies(0, 1), supplies(0, 2), supplies(3, 1))


def _records(topic: str, values: Sequence[bytes | None]) -> list[Record]:
    return [Record(topic, 0, offset, b"key", value, RECEIVED) for offset, value in enumerate(values)]


EVENTS = _records(
    SENTIMENT.name,
    [
        shocking(0, at=START).model_dump_json().encode(),
        shocking(1, at=START + hours(1), company=3).model_dump_json().encode(),
        b"not JSON",
        shocking(2, at=START + hours(2), polarity=0.9).model_dump_json().encode(),
        shocking(3, entity=None, at=START).model_dump_json().encode(),
        shocking(0, at=START).model_dump_json().encode(),
    ],
)


class World:
    """The log and what a restarted worker restores from it; every await of both steps can fail."""

    def __init__(self, wire: Tripwire | None = None) -> None:
        self.wire = wire or Tripwire()
        self.log = MemoryEventLog()
        self.telemetry = MemoryTelemetry()
        self.crashes = 0

    async def send(self, messages: Sequence[Message]) -> None:
        await self.wire.around(self.log.send(messages))

    async def compute(self, work: Callable[[], _T]) -> _T:
        async def now() -> _T:
            return work()

        return await self.wire.around(now())

    def spreading(self) -> Spreading:
        return Spreading(
            lambda: MODEL,
            self,
            FixedClock(START),
            compute=self.compute,
            telemetry=self.telemetry,
            patience=self._patience(),
        )

    def keeping(self) -> Keeping:
        data: dict[bytes, bytes] = {}
        for message in self.log.topics[CHANGELOG.name]:
            if message.value is None:
                data.pop(message.key or b"", None)
            else:
                data[message.key or b""] = message.value
        told = partial(judge, parameters=PARAMETERS, threshold=LIMITS.threshold)
        table = StateTable(data, self, changelog=CHANGELOG, patience=self._patience())
        return Keeping(table, self, FixedClock(START), judge=told, telemetry=self.telemetry, patience=self._patience())

    def _patience(self) -> Patience:
        return Patience(self.telemetry, sleep=lambda _: asyncio.sleep(0))

    async def run(self, build: Callable[[], Spreading | Keeping], records: Sequence[Record], *, batch: int = 2) -> None:
        """Deliver the records in batches; a worker that ended is built again where its offset stands."""
        worker, offset = build(), 0
        while offset < len(records):
            try:
                await finish_or_die(worker.handle(records[offset : offset + batch]), grace=1, die=_die)
            except ProcessEnded:
                self.crashes += 1
                worker = build()
            else:
                offset += batch

    def effects(self) -> list[RiskEffect]:
        """Return the effects, each once, in order."""
        read = (RiskEffect.model_validate_json(one.value or b"") for one in self.log.topics[RISK_EFFECTS.name])
        return list({one.event_id: one for one in read}.values())

    def risks(self) -> dict[str, RiskEvent]:
        """Return the risk events by id; fail where a repeat differs from the first."""
        found: dict[str, RiskEvent] = {}
        for message in self.log.topics[RISK.name]:
            event = RiskEvent.model_validate_json(message.value or b"")
            assert message.key == event.exposed.id.encode()
            assert found.setdefault(event.event_id, event) == event, "a repeated event differs from the first"
        return found

    def state(self) -> dict[bytes, AliveEffects]:
        """Return what the changelog comes to."""
        kept = {one.key or b"": one.value for one in self.log.topics[CHANGELOG.name]}
        return {key: AliveEffects.model_validate_json(value) for key, value in kept.items() if value}


def _die(error: BaseException) -> None:
    raise ProcessEnded(str(error)) from error


async def _both(world: World) -> World:
    await world.run(world.spreading, EVENTS)
    effects = _records(RISK_EFFECTS.name, [one.model_dump_json().encode() for one in world.effects()])
    await world.run(world.keeping, effects)
    return world


ERRORS = [RuntimeError("a bug"), ServerUnavailable("away"), ServerRejected("refuses"), MemoryError(), TimeoutError()]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_whatever_await_fails_the_same_risks_are_told_and_the_same_is_remembered(error: BaseException) -> None:
    calm = await _both(World())
    for at in range(1, calm.wire.steps + 1):
        world = await _both(World(Tripwire(at, error)))
        assert world.risks() == calm.risks(), f"step {at}"
        assert world.state() == calm.state(), f"step {at}"


async def test_effects_are_keyed_by_whom_they_expose() -> None:
    world = await _both(World())
    sent = world.log.topics[RISK_EFFECTS.name]
    assert {one.key for one in sent} == {name(number).encode() for number in range(4)}
    assert all(RiskEffect.model_validate_json(one.value or b"").exposed.id.encode() == one.key for one in sent)


async def test_shocks_of_several_triggers_meet_at_the_entity_that_they_expose() -> None:
    world = await _both(World())
    told = [one for one in world.risks().values() if one.exposed.id == name(1) and one.direction == "adverse"]
    first, second = sorted(told, key=lambda one: one.published_at)
    assert (first.trigger.entity_id, second.trigger.entity_id) == (name(0), name(3))
    assert second.counterfactual.probability_without_trigger > first.counterfactual.probability_without_trigger


async def test_what_is_no_event_becomes_a_dead_letter_and_the_others_go_on() -> None:
    world = await _both(World())
    (letter,) = world.log.topics[DEAD_LETTERS.name]
    assert letter.key == SENTIMENT.name.encode()
    assert world.risks()


async def test_effects_delivered_again_and_again_count_once() -> None:
    world = World()
    await world.run(world.spreading, EVENTS)
    values = [one.model_dump_json().encode() for one in world.effects()]
    await world.run(world.keeping, _records(RISK_EFFECTS.name, [*values, *values, *reversed(values)]), batch=3)
    once = await _both(World())
    assert (world.risks(), world.state()) == (once.risks(), once.state())
