"""A unit shock through the graph, unrolled to three hops by dynamic programming over all simple paths.

Two sums are kept for each node: `size`, of what its paths carry, and `net`, of the same with their signs. So what
moves it up is (size + net) / 2 and what moves it down (size - net) / 2.

No path returns to a node that it has passed. Over three hops this takes two exclusions, and is exact: the source is
no target, and of the walks source → a → b → c those with c = a are taken out of the third hop again, with the very
arcs that had led there. So the work is that of the arcs that leave the nodes reached, however many paths there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.view import GraphView
from stream_app.causal.ways import ARRIVALS, REFUSALS, Arrival

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
MOST_HOPS = 3


class Mass(NamedTuple):
    """What paths carry: without their signs, and with them."""

    size: Floats
    net: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """The arcs that carried something at one hop: from node to node, their ways and signed strengths."""

    arcs: Places
    sources: Places
    targets: Places
    ways: NDArray[np.uint8]
    strengths: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What a unit shock of `source` does to every node `[nodes]`, the hops it took, and what each arc brought."""

    source: int
    mass: Mass
    hops: tuple[Hop, ...]
    brought: tuple[Mass, ...]


@dataclass(frozen=True, slots=True)
class Travel:
    """How a shock travels: over at most `hops` relations, each after the first weakened by `damping`.

    `rates` are factors of the ways of arcs `[ways]`. What surely carries less than `floor` is not followed; with a
    floor of 0, all paths count. `cut` are arcs that carry nothing.
    """

    rates: NDArray[np.float32]
    damping: float
    floor: float
    hops: int = MOST_HOPS
    cut: tuple[int, ...] = ()


def propagate(view: GraphView, source: int, travel: Travel) -> Reach:
    """Return what a unit shock of the source does to all others."""
    steps = tuple(_steps(view, source, travel))
    count = view.nodes
    size, net = np.zeros(count), np.zeros(count)
    for step in steps:
        size += step.arrived.size
        net += step.arrived.net
    return Reach(source, Mass(size, net), tuple(one.hop for one in steps), tuple(one.brought for one in steps))


class _Step(NamedTuple):
    """A hop, what its arcs brought `[arcs]`, and what arrived in all `[nodes]`."""

    hop: Hop
    brought: Mass
    arrived: Mass


def _steps(view: GraphView, source: int, travel: Travel) -> Iterator[_Step]:
    count, step = view.nodes, None
    at = np.zeros(count)
    at[source] = 1.0
    for number in range(min(travel.hops, MOST_HOPS)):
        hop = _hop(view, at, source, travel=travel, damping=travel.damping if number else 1.0)
        given = _given(hop, step, count, is_last=number == MOST_HOPS - 1)
        brought = Mass(given.size * np.abs(hop.strengths), given.net * hop.strengths)
        step = _Step(hop, brought, Mass(*(_by(hop.targets, one, count) for one in brought)))
        yield step
        at = step.arrived.size


def _hop(view: GraphView, at: Floats, source: int, *, travel: Travel, damping: float) -> Hop:
    """Return the arcs that carry something on, but for those back to the source."""
    strongest = damping * float(travel.rates.max())
    nodes = np.flatnonzero(at * strongest > travel.floor)
    arcs, of_node = view.arcs_of(nodes, travel.floor / (at[nodes] * strongest))
    targets, ways = view.targets[arcs], view.ways[arcs]
    strengths = view.weights[arcs] * travel.rates[ways]
    kept = (strengths != 0) & (targets != source)
    if travel.cut:
        kept &= ~np.isin(arcs, travel.cut)
    strengths = np.clip(strengths[kept], -1, 1) * np.float64(damping)
    return Hop(arcs[kept], nodes[of_node[kept]], targets[kept], ways[kept], strengths)


def _given(hop: Hop, before: _Step | None, count: int, *, is_last: bool) -> Mass:
    """Return what each arc is given to carry: all that arrived at its beginning, but for what it refuses.

    The last hop's arcs refuse what came from where they lead to.
    """
    if before is None:
        return Mass(np.ones(len(hop.arcs)), np.ones(len(hop.arcs)))
    given = Mass(*(arrived[hop.sources] for arrived in before.arrived))
    _take_refused(given, hop, before, count=count)
    if is_last:
        _take_returns(given, hop, before, count=count)
    return Mass(np.maximum(given.size, 0.0, out=given.size), given.net)  # rounding must not leave less than nothing


def _take_refused(given: Mass, hop: Hop, before: _Step, *, count: int) -> None:
    """Take from what the arcs are given what came by a way after which they do not go on."""
    choosy = np.flatnonzero(REFUSALS[hop.ways])
    special = np.flatnonzero(ARRIVALS[before.hop.ways])
    if not len(choosy) or not len(special):
        return
    refused = REFUSALS[hop.ways[choosy]] * count + hop.sources[choosy]
    places = ARRIVALS[before.hop.ways[special]] * count + before.hop.targets[special]
    for mine, brought in zip(given, before.brought, strict=True):
        mine[choosy] -= _by(places, brought[special], len(Arrival) * count)[refused]


def _take_returns(given: Mass, hop: Hop, before: _Step, *, count: int) -> None:
    """Take from what the arcs b → c are given what came to b from c itself, one hop before, unless refused anyway."""
    passed = np.zeros(count, bool)
    passed[before.hop.sources] = True
    candidates = np.flatnonzero(passed[hop.targets])
    pairs, place = np.unique(before.hop.sources * count + before.hop.targets, return_inverse=True)
    if not len(pairs) or not len(candidates):
        return
    back = hop.targets[candidates].astype(np.int64) * count + hop.sources[candidates]
    found = np.minimum(np.searchsorted(pairs, back), len(pairs) - 1)
    is_return = pairs[found] == back
    returns, found = candidates[is_return], found[is_return]
    arrivals = ARRIVALS[before.hop.ways]
    refusals = REFUSALS[hop.ways[returns]]
    for mine, brought in zip(given, before.brought, strict=True):
        by_arrival = _by(place * len(Arrival) + arrivals, brought, len(pairs) * len(Arrival)).reshape(-1, len(Arrival))
        refused = np.where(refusals == Arrival.ANY, 0.0, by_arrival[found, refusals])
        mine[returns] -= by_arrival.sum(axis=1)[found] - refused


def _by(places: Places, amounts: Floats, count: int) -> Floats:
    """Return the sums of the amounts at each of `count` places."""
    return np.bincount(places, amounts, minlength=count).astype(np.float64, copy=False)
