"""An exception at any await of the agents' path: every record still ends as events or as one dead letter."""

from __future__ import annotations

import pytest

from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.pipeline.records import Record
from tests.factories import record
from tests.feeds import values
from tests.unit.agents.world import Tripwire, World

DOCUMENTS = 12
BATCH = 5
ERRORS = [
    RuntimeError("a bug"),
    ServerUnavailable("the server is away"),
    ServerRejected("the server refuses"),
    MemoryError(),
    TimeoutError(),
]


def _records() -> list[Record]:
    """Return good documents, two that tell the same story, and a bad record."""
    good = [record(value, offset=offset) for offset, value in enumerate(values(DOCUMENTS))]
    again = record(next(values(1)), offset=DOCUMENTS)
    retold = record(id="retold", title="Apple raises its outlook for the 0th quarter after strong demand", offset=13)
    return [*good, again, retold, record(b"not JSON", offset=14)]


async def _calm() -> World:
    world = World()
    await world.run(_records(), batch=BATCH)
    return world


async def _steps() -> int:
    return (await _calm()).wire.steps


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_every_record_has_its_outcome_whatever_await_fails(error: BaseException) -> None:
    calm = await _calm()
    for at in range(1, calm.wire.steps + 1):
        world = World(Tripwire(at, error))
        await world.run(_records(), batch=BATCH)
        assert world.events() == calm.events(), f"step {at}"
        assert world.dead_letters() == calm.dead_letters(), f"step {at}"


async def test_an_undisturbed_run_gives_each_record_exactly_one_outcome() -> None:
    world = await _calm()
    assert len(world.events_of_documents()) == DOCUMENTS + 1
    assert set(world.dead_letters()) == {("news.raw", 0, 14)}
    assert world.crashes == 0


async def test_what_waiting_cures_does_not_end_the_process() -> None:
    for at in range(1, await _steps() + 1):
        world = World(Tripwire(at, ServerUnavailable("the server is away")))
        await world.run(_records(), batch=BATCH)
        waited = world.telemetry.counts.get("stream_app_step_retries_total", 0)
        passed_over = world.telemetry.counts.get("stream_app_graph_store_errors_total", 0)
        assert (world.crashes, waited + passed_over) == (0, 1), f"step {at}"


async def test_a_refusal_ends_the_process_and_the_batch_comes_back() -> None:
    ended = 0
    for at in range(1, await _steps() + 1):
        world = World(Tripwire(at, ServerRejected("the server refuses")))
        await world.run(_records(), batch=BATCH)
        ended += world.crashes
    assert ended > 0
