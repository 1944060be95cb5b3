"""How two entities are linked economically: the strongest ways by which a shock to one reaches the other."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice

from stream_app.knowledge.dependence import Dependence, Transmission

_MOST_TRIED = 200_000  # unfinished paths; the strongest are tried first, so what is given up is weak


@dataclass(frozen=True, slots=True)
class Step:
    """One dependence that carries a shock from `start` to `end`, with or against the way it is stated."""

    start: str
    end: str
    dependence: Dependence
    passing: Transmission

    @property
    def strength(self) -> float:
        """Part of a shock that arrives, as far as the statement is sure; negative where it arrives reversed."""
        return self.passing.sign * self.passing.weight * self.dependence.confidence


@dataclass(frozen=True, slots=True)
class Path:
    """Steps that lead from one entity to another and visit none twice."""

    steps: tuple[Step, ...]

    @property
    def strength(self) -> float:
        """Product of the steps' strengths."""
        product = 1.0
        for step in self.steps:
            product *= step.strength
        return product


def steps_in_force(dependences: Iterable[Dependence], as_of: datetime | None) -> Iterator[Step]:
    """Yield each way that a statement carries a shock, of those true and known at that time; None: of all."""
    for one in dependences:
        if as_of is None or one.holds(as_of):
            if one.forward is not None:
                yield Step(one.source, one.target, one, one.forward)
            if one.backward is not None:
                yield Step(one.target, one.source, one, one.backward)


def strongest_paths(steps: Iterable[Step], start: str, *, end: str, hops: int, most: int) -> list[Path]:
    """Return up to `most` paths of at most `hops` steps, the strongest first."""
    leaving: dict[str, list[Step]] = defaultdict(list)
    entering: dict[str, list[str]] = defaultdict(list)
    for step in steps:
        leaving[step.start].append(step)
        entering[step.end].append(step.start)
    distance = _distances(end, entering, hops)
    found = islice(_by_strength(leaving, start, end=end, distance=distance, hops=hops), most)
    return [Path(steps) for steps in found]


def _distances(end: str, entering: Mapping[str, list[str]], hops: int) -> dict[str, int]:
    """Return for each entity from which `end` can be reached in time its least number of steps."""
    distance = {end: 0}
    reached = [end]
    for hop in range(1, hops + 1):
        reached = [one for known in reached for one in dict.fromkeys(entering.get(known, ())) if one not in distance]
        distance.update(dict.fromkeys(reached, hop))
    return distance


def _by_strength(
    leaving: Mapping[str, list[Step]], start: str, *, end: str, distance: Mapping[str, int], hops: int
) -> Iterator[tuple[Step, ...]]:
    """Yield whole paths in falling strength: no step makes a path stronger, so the first done is the strongest."""
    order = count()
    waiting: list[tuple[float, int, tuple[Step, ...]]] = [(-1.0, next(order), ())]
    for _ in range(_MOST_TRIED):
        if not waiting:
            return
        strength, _, steps = heapq.heappop(waiting)
        here = steps[-1].end if steps else start
        if steps and here == end:
            yield steps
            continue
        visited = {start, *(step.end for step in steps)}
        for step in leaving.get(here, ()):
            left = hops - len(steps) - 1
            if step.end not in visited and distance.get(step.end, hops + 1) <= left:
                heapq.heappush(waiting, (strength * abs(step.strength), next(order), (*steps, step)))
