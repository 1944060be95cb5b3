"""Many seeds of the simulated world, and what to say of the first that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

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


@dataclass(frozen=True, slots=True)
class Trial:
    """Live or a replay, with the real worker or one into which a bug was planted."""

    replay: bool = False
    new_worker: Callable[..., Worker] = Worker

    def first_failure(self, seeds: Iterable[int]) -> Failure | None:
        """Run the seeds until one fails, and shrink its faults."""
        for seed in seeds:
            faults = self.faults_of(seed)
            if self.complaints(seed, faults):
                few = shrunk(faults, lambda some, seed=seed: bool(self.complaints(seed, some)))
                return Failure(seed, few, self.complaints(seed, few))
        return None

    def faults_of(self, seed: int) -> list[Fault]:
        """Return what goes wrong under a seed."""
        golden = _undisturbed(seed // SEEDS_OF_SCENARIO, replay=self.replay)
        return draw(seed, golden.servers.calls, replay=self.replay)

    def complaints(self, seed: int, faults: Sequence[Fault]) -> list[str]:
        """Return what does not hold of the seed's scenario with these faults."""
        number = seed // SEEDS_OF_SCENARIO
        try:
            ended = run(scenario(number, replay=self.replay), faults, new_worker=self.new_worker)
        except AssertionError as error:
            return [repr(error)]
        return complaints(ended, _undisturbed(number, replay=self.replay))


@cache
def _undisturbed(number: int, *, replay: bool) -> Ended:
    return run(scenario(number, replay=replay))
