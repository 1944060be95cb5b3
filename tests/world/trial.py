"""Many seeds of the simulated world, and what to say of the first that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from tests.world.faults import Fault, draw
from tests.world.scenario import scenario
from tests.world.shrinking import shrunk
from tests.world.verdict import complaints
from tests.world.worker import Worker
from tests.world.world import Ended, run

SEEDS_OF_SCENARIO = 5
"""Seeds that share a scenario, and with it the undisturbed run that they are held against."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed under which something does not hold, and the fewest of its faults that it takes."""

    seed: int
    faults: Sequence[Fault]
    complaints: Sequence[str]

    def __str__(self) -> str:
        lines = [f"seed {self.seed} fails; {len(self.faults)} of its faults are enough:", *map(repr, self.faults)]
        return "\n  ".join([*lines, *self.complaints])


def first_failure(seeds: Iterable[int], new_worker: Callable[..., Worker] = Worker) -> Failure | None:
    """Run the seeds until one fails, and shrink its faults."""
    for seed in seeds:
        faults = faults_of(seed)
        if complained(seed, faults, new_worker=new_worker):
            few = shrunk(faults, partial(_fails, seed, new_worker=new_worker))
            return Failure(seed, few, complained(seed, few, new_worker=new_worker))
    return None


def faults_of(seed: int) -> list[Fault]:
    """Return what goes wrong under a seed."""
    golden = _undisturbed(seed // SEEDS_OF_SCENARIO)
    fed = scenario(seed // SEEDS_OF_SCENARIO).fed
    return draw(seed, golden.servers.calls, documents=len(fed))


def complained(seed: int, faults: Sequence[Fault], *, new_worker: Callable[..., Worker] = Worker) -> list[str]:
    """Return what does not hold of the seed's scenario with these faults."""
    number = seed // SEEDS_OF_SCENARIO
    try:
        return complaints(run(scenario(number), faults, new_worker=new_worker), _undisturbed(number))
    except AssertionError as error:
        return [repr(error)]


def _fails(seed: int, faults: Sequence[Fault], *, new_worker: Callable[..., Worker]) -> bool:
    return bool(complained(seed, faults, new_worker=new_worker))


@cache
def _undisturbed(number: int) -> Ended:
    return run(scenario(number))
