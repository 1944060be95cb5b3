"""Who is exposed to a shock: the nodes that it moves most, with their strongest paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.arcs import CausalGraph
from stream_app.causal.parameters import CausalParameters
from stream_app.causal.paths import FoundPath, paths_to
from stream_app.causal.probability import size_of_rise
from stream_app.causal.propagation import Reach, Travel, propagate

_SHOWN_PATHS = 3
BALANCED = 0.05  # where paths for and against differ by a smaller share, nobody can say which way it goes


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a shock does to one node: `size` (0 and more) drives the chance, `net` in -1..1 is the expected move.

    `paths` are the strongest of those that move it the way of `net`, with what the shock carries along them.
    """

    node: int
    size: float
    net: float
    delay_hours: float
    half_life_hours: float
    paths: tuple[FoundPath, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Whom to name: those whose chance rises by at least `threshold`, at most so many, half of them of either side."""

    threshold: float
    most: int


def reach_of(
    graph: CausalGraph,
    entity_id: str,
    as_of: datetime,
    *,
    rates: NDArray[np.float32],
    parameters: CausalParameters,
    cut: Sequence[int] = (),
) -> Reach | None:
    """Return what a unit shock of the entity does over the graph of that event time; None where it is not in it.

    `rates` are those of the ways of arcs, as `parameters.rates` gives them; `cut` are arcs that are taken away: see
    `arcs_between`.
    """
    source = graph.index.get(entity_id)
    if source is None:
        return None
    travel = Travel(rates, parameters.damping, parameters.floor, cut=tuple(cut))
    return propagate(graph.at(as_of), source, travel)


def exposures(
    graph: CausalGraph, reach: Reach, value: float, *, parameters: CausalParameters, limits: Limits
) -> tuple[Exposure, ...]:
    """Return those whom a shock of this value exposes, strongest first; never its own entity."""
    net = value * reach.mass.net
    size = (abs(value) * reach.mass.size + np.abs(net)) / 2
    is_exposed = (size >= size_of_rise(limits.threshold, parameters)) & (np.abs(net) > BALANCED * size)
    nodes = np.flatnonzero(is_exposed)
    telling = dict(zip(nodes.tolist(), size[nodes] * graph.prominence[nodes] ** parameters.prominence, strict=True))
    reached = sorted(telling, key=lambda node: (-telling[node], graph.entities[node].id))
    chosen = _of_both_sides(reached, [net[node] > 0 for node in reached], limits.most)
    chosen.sort(key=lambda node: (-size[node], graph.entities[node].id))
    found = paths_to(reach, chosen)
    return tuple(
        exposure_of(graph, node, found[node], value=value, effect=(float(size[node]), float(net[node])))
        for node in chosen
    )


def _of_both_sides(strongest_first: Sequence[int], rises: Sequence[bool], most: int) -> list[int]:
    """Return the strongest, with room for those of the weaker side: dear oil also has victims, not only producers."""
    ranks: dict[bool, int] = {True: 0, False: 0}
    order = []
    for place, is_rising in enumerate(rises):
        order.append((ranks[is_rising] >= most // 2, place))
        ranks[is_rising] += 1
    return [strongest_first[place] for place in sorted(place for _, place in sorted(order)[:most])]


def exposure_of(
    graph: CausalGraph, node: int, found: Sequence[FoundPath], *, value: float, effect: tuple[float, float]
) -> Exposure:
    """Return the exposure of a node that these paths of a unit shock reach; `effect` are its size and net."""
    size, net = effect
    carrying = [FoundPath(path.arcs, path.carried * value) for path in found]
    paths = tuple(path for path in carrying if path.carried * net > 0)[:_SHOWN_PATHS]
    whole = sum(abs(path.carried) for path in paths)
    shares = [abs(path.carried) / whole for path in paths]
    timings = [_timing(graph, path) for path in paths]
    return Exposure(
        node,
        size,
        min(max(net, -1.0), 1.0),
        delay_hours=sum(share * delay for share, (delay, _) in zip(shares, timings, strict=True)),
        half_life_hours=sum(share * half_life for share, (_, half_life) in zip(shares, timings, strict=True)),
        paths=paths,
    )


def _timing(graph: CausalGraph, path: FoundPath) -> tuple[float, float]:
    """Return hours until the path's effect begins, and its half-life: delays add up, the shortest relation ends it."""
    told = [graph.statements[graph.told_by[arc]] for arc in path.arcs]
    return sum(one.delay_hours for one in told), min(one.half_life_hours for one in told)
