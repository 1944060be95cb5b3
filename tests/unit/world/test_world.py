"""The whole of the agents in a simulated world: whatever goes wrong and whenever, the same comes out in the end."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence

import pytest
import structlog

from stream_app.pipeline.records import Record
from tests.world.faults import Flush
from tests.world.scenario import scenario
from tests.world.trial import Trial
from tests.world.verdict import complaints
from tests.world.worker import Agent, Worker
from tests.world.world import run

SEEDS = 30
pytestmark = pytest.mark.timeout(900)  # a quarter of a second of computing a seed, on a machine that may be busy
SOAK_SEEDS = int(os.environ.get("SOAK_SEEDS", "5000"))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of crashes have nothing new to say."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("replay", [False, True], ids=["live", "replay"])
def test_whatever_goes_wrong_the_same_comes_out(*, replay: bool) -> None:
    failure = Trial(replay).first_failure(range(SEEDS))
    assert failure is None, str(failure)


@pytest.mark.soak
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("replay", [False, True], ids=["live", "replay"])
def test_thousands_of_seeds_come_out_the_same(*, replay: bool) -> None:
    failure = Trial(replay).first_failure(range(SEEDS, SEEDS + SOAK_SEEDS))
    assert failure is None, str(failure)


@pytest.mark.parametrize("replay", [False, True], ids=["live", "replay"])
def test_an_undisturbed_run_keeps_every_law(*, replay: bool) -> None:
    ended = run(scenario(1, replay=replay))
    assert complaints(ended, ended) == []
    assert ended.crashes == 0


def test_a_seed_runs_the_same_each_time() -> None:
    seed = 7
    faults = Trial().faults_of(seed)
    first, second = (run(scenario(1), faults) for _ in range(2))
    assert first.crashes == second.crashes
    assert first.servers.calls == second.servers.calls
    assert list(first.broker.messages("alerts")) == list(second.broker.messages("alerts"))


def test_a_replay_needs_no_cache_for_novelty_though_the_same_was_live_before() -> None:
    run(scenario(24))
    whole, flushed = (run(scenario(24, replay=True), faults) for faults in ((), [Flush(at=13.32)]))
    assert complaints(flushed, whole) == []


class CommitsFirst(Worker):
    """Acknowledges a batch before its outcomes are written: what a crash between the two cuts off is lost."""

    async def finish(self, agent: Agent, records: Sequence[Record]) -> None:
        agent.acknowledge(records)
        await super().finish(agent, records)


class SwallowsErrors(Worker):
    """Runs the body without its guard: the engine acknowledges what an error kept from being done."""

    async def finish(self, agent: Agent, records: Sequence[Record]) -> None:
        await agent.handle(records)


@pytest.mark.parametrize("planted", [CommitsFirst, SwallowsErrors], ids=lambda one: one.__name__)
def test_a_planted_bug_is_found_and_told_with_no_more_faults_than_it_takes(planted: type[Worker]) -> None:
    failure = Trial(new_worker=planted).first_failure(range(SEEDS))
    assert failure is not None
    trial = Trial(new_worker=planted)
    assert 0 < len(failure.faults) <= len(trial.faults_of(failure.seed))
    for one in failure.faults:  # none that is told could be left out
        assert trial.complaints(failure.seed, [other for other in failure.faults if other is not one]) == []
    assert f"seed {failure.seed} fails" in str(failure)
    assert Trial().complaints(failure.seed, failure.faults) == []
