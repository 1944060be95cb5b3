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

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
MOST_HOPS = 3


class Mass(NamedTuple):
    """What paths carry, for each node or arc: without their signs, and with them."""

    size: Floats
    net: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """The arcs that carried something at one hop: from node to node, with their signed strengths."""

    arcs: Places
    sources: Places
    targets: Places
    strengths: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What a unit shock of `source` does to every node `[nodes]`, and the hops that it took."""

    source: int
    mass: Mass
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Travel:
    """How a shock travels: over at most `hops` relations, each after the first weakened by `damping`.

    `rates` are factors of the ways of arcs `[ways]`. A node whose strongest arc would carry no more than `floor`
    passes nothing on; with a floor of 0, all paths count. `cut` are arcs that carry nothing.
    """

    rates: NDArray[np.float32]
    damping: float
    floor: float
    hops: int = MOST_HOPS
    cut: tuple[int, ...] = ()


def propagate(view: GraphView, source: int, travel: Travel) -> Reach:
    """Return what a unit shock of the source does to all others."""
    steps = tuple(_steps(view, source, travel))
    count = len(view.strongest)
    size, net = np.zeros(count), np.zeros(count)
    for step in steps:
        size += step.arrived.size
        net += step.arrived.net
    return Reach(source, Mass(size, net), tuple(step.hop for step in steps))


class _Step(NamedTuple):
    """A hop, what each of its arcs is given to carry `[arcs]`, and what arrives `[nodes]`."""

    hop: Hop
    mass: Mass
    arrived: Mass


def _steps(view: GraphView, source: int, travel: Travel) -> Iterator[_Step]:
    count = len(view.strongest)
    at = Mass(np.zeros(count), np.zeros(count))
    at.size[source] = at.net[source] = 1.0
    nodes = np.array([source])
    step: _Step | None = None
    for number in range(min(travel.hops, MOST_HOPS)):
        hop = _hop(view, nodes, source, travel, damping=travel.damping if number else 1.0)
        mass = Mass(at.size[hop.sources], at.net[hop.sources])
        if number == MOST_HOPS - 1 and step is not None:
            mass = _without_return(mass, hop, step, count)
        at = _arrived(mass, hop, count)
        step = _Step(hop, mass, at)
        yield step
        nodes = np.flatnonzero(at.size * view.strongest * travel.damping > travel.floor)


def _hop(view: GraphView, nodes: Places, source: int, travel: Travel, *, damping: float) -> Hop:
    """Return the arcs in force that leave the nodes, but for those back to the source."""
    arcs, of_node = view.arcs_of(nodes)
    targets = view.targets[arcs]
    strengths = view.weights[arcs] * travel.rates[view.ways[arcs]]
    kept = (strengths != 0) & (targets != source)
    if travel.cut:
        kept &= ~np.isin(arcs, travel.cut)
    strengths = np.clip(strengths[kept], -1, 1) * np.float64(damping)
    return Hop(arcs[kept], nodes[of_node[kept]], targets[kept], strengths)


def _arrived(mass: Mass, hop: Hop, count: int) -> Mass:
    return Mass(
        np.bincount(hop.targets, mass.size * np.abs(hop.strengths), minlength=count),
        np.bincount(hop.targets, mass.net * hop.strengths, minlength=count),
    )


def _without_return(mass: Mass, hop: Hop, before: _Step, count: int) -> Mass:
    """Return what the arcs b → c carry without what came to b from c itself, one hop before."""
    passed = np.zeros(count, bool)
    passed[before.hop.sources] = True
    candidates = np.flatnonzero(passed[hop.targets])
    pairs, place = np.unique(before.hop.sources * count + before.hop.targets, return_inverse=True)
    if not len(pairs):
        return mass
    back = hop.targets[candidates].astype(np.int64) * count + hop.sources[candidates]
    found = np.minimum(np.searchsorted(pairs, back), len(pairs) - 1)
    returns, found = candidates[pairs[found] == back], found[pairs[found] == back]
    strengths = before.hop.strengths
    carried_size = np.bincount(place, before.mass.size * np.abs(strengths), minlength=len(pairs))
    carried_net = np.bincount(place, before.mass.net * strengths, minlength=len(pairs))
    size, net = mass.size.copy(), mass.net.copy()
    # Rounding must not leave less than nothing.
    size[returns] = np.maximum(size[returns] - carried_size[found], 0.0)
    net[returns] -= carried_net[found]
    return Mass(size, net)
