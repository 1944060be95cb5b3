"""A unit shock through the graph, unrolled to three hops by dynamic programming over all simple paths.

Two sums are kept for each node: `size`, of what its paths carry, and `net`, of the same with their signs. So what
moves it up is (size + net) / 2 and what moves it down (size - net) / 2.

No path returns to a node that it has passed. Over three hops this takes two exclusions, and is exact: the source is
no target, and of the walks source → a → b → c those with c = a are taken out of the third hop again, with the very
arcs that had led there. So the work is that of the arcs that leave the nodes reached, however many paths there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.view import GraphView
from stream_app.causal.ways import ARRIVALS, IS_CHOOSY, IS_SPECIAL, REFUSALS, Arrival

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
MOST_HOPS = 3
_TINY = 1e-300  # so that rates of nothing but 0 divide nothing


class Mass(NamedTuple):
    """What paths carry: without their signs, and with them."""

    size: Floats
    net: Floats


_NOTHING = Mass(np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """The arcs that carried something at one hop: from node to node, their ways and signed strengths."""

    arcs: Places
    sources: Places
    targets: NDArray[np.int32]
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

    `rates` are factors of the ways of arcs `[ways]`. An arc that carries no more than `floor` of what arrived is
    not followed; with a floor of 0, all paths count. `cut` are arcs that carry nothing. `most` is the highest rate,
    without signs. Where a rate is below 0, its way carries a shock as it is, whichever way the relation would turn it.
    """

    rates: NDArray[np.float32]
    damping: float
    floor: float
    hops: int = MOST_HOPS
    cut: tuple[int, ...] = ()
    most: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "most", float(np.abs(self.rates).max()))


def propagate(view: GraphView, source: int, travel: Travel) -> Reach:
    """Return what a unit shock of the source does to all others."""
    steps = tuple(_steps(view, source, travel))
    targets = np.concatenate([hop.targets for hop, _ in steps], dtype=np.int64)
    brought = [np.concatenate(amounts) for amounts in zip(*(one for _, one in steps), strict=True)]
    mass = Mass(*(_by(targets, amounts, view.nodes) for amounts in brought))
    return Reach(source, mass, tuple(hop for hop, _ in steps), tuple(one for _, one in steps))


@dataclass(frozen=True, slots=True, eq=False)
class _Front:
    """Where a hop begins: `nodes` and what `arrived` at each, by the arcs of the hop before and what they `brought`.

    `ends` is the place among `nodes` of where each of those arcs leads, -1 where nobody goes on.
    """

    nodes: Places
    arrived: Mass
    before: Hop | None = None
    brought: Mass = _NOTHING
    ends: Places = field(default_factory=lambda: np.zeros(0, np.int64))


def _steps(view: GraphView, source: int, travel: Travel) -> Iterator[tuple[Hop, Mass]]:
    """Yield each hop and what its arcs brought `[arcs]`."""
    front = _Front(np.array([source]), Mass(np.ones(1), np.ones(1)))
    last = min(travel.hops, MOST_HOPS) - 1
    for number in range(last + 1):
        hop, of_front = _hop(view, front, source, travel=travel)
        given = _given(view, hop, of_front, front=front, is_last=number == MOST_HOPS - 1)
        brought = Mass(given.size * np.abs(hop.strengths), given.net * hop.strengths)
        yield hop, brought
        if number < last:
            front = _next(view, hop, brought, travel=travel)


def _next(view: GraphView, hop: Hop, brought: Mass, *, travel: Travel) -> _Front:
    """Return where the next hop begins: the nodes at which enough has arrived."""
    reached = _among(view, hop.targets).nonzero()[0]
    places = np.empty(view.nodes, np.int64)
    places[reached] = np.arange(len(reached))
    place = places.take(hop.targets)
    arrived = Mass(*(_by(place, amounts, len(reached)) for amounts in brought))
    goes_on = arrived.size * travel.damping * travel.most > travel.floor
    ends = np.where(goes_on, goes_on.cumsum() - 1, -1).take(place)
    return _Front(reached[goes_on], Mass(*(one[goes_on] for one in arrived)), hop, brought, ends)


def _among(view: GraphView, nodes: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Return of each node of the graph whether it is one of these `[nodes]`."""
    is_one = np.zeros(view.nodes, bool)
    is_one[nodes] = True
    return is_one


def _hop(view: GraphView, front: _Front, source: int, *, travel: Travel) -> tuple[Hop, Places]:
    """Return the arcs that carry something on, but for those back to the source, and each one's place in the front."""
    damping = travel.damping if front.before else 1.0
    arrived = front.arrived.size * damping
    arcs, of_front = view.arcs_of(front.nodes, travel.floor / np.maximum(arrived * travel.most, _TINY))
    strengths = _strengths(arcs, travel.rates)
    carries = (arrived.take(of_front) * np.abs(strengths) > travel.floor) & (arcs["target"] != source)
    if travel.cut:
        carries &= ~np.isin(arcs["arc"], travel.cut)
    kept = carries.nonzero()[0]
    arcs, of_front = arcs.take(kept), of_front.take(kept)
    strengths = np.minimum(np.maximum(strengths.take(kept), -1), 1) * np.float64(damping)
    # Copies, since what lies side by side is read faster, again and again.
    targets, ways = arcs["target"].copy(), arcs["way"].copy()
    return Hop(arcs["arc"].astype(np.int64), front.nodes.take(of_front), targets, ways, strengths), of_front


def _strengths(arcs: NDArray[np.void], rates: NDArray[np.float32]) -> Floats:
    taken = rates.take(arcs["way"])
    strengths = np.asarray(arcs["weight"] * taken)
    return np.where(taken < 0, np.abs(strengths), strengths) if rates.min() < 0 else strengths


def _given(view: GraphView, hop: Hop, of_front: Places, *, front: _Front, is_last: bool) -> Mass:
    """Return what each arc is given to carry: all that arrived at its beginning, but for what it refuses.

    The last hop's arcs refuse what came from where they lead to.
    """
    given = Mass(*(arrived.take(of_front) for arrived in front.arrived))
    if front.before is None:
        return given
    _take_refused(given, hop, of_front, front=front, before=front.before)
    if is_last:
        _take_returns(view, given, hop, front=front, before=front.before)
    return Mass(np.maximum(given.size, 0.0, out=given.size), given.net)  # rounding must not leave less than nothing


def _take_refused(given: Mass, hop: Hop, of_front: Places, *, front: _Front, before: Hop) -> None:
    """Take from what the arcs are given what came by a way after which they do not go on."""
    choosy = IS_CHOOSY.take(hop.ways).nonzero()[0]
    special = (IS_SPECIAL.take(before.ways) & (front.ends >= 0)).nonzero()[0]
    if not len(choosy) or not len(special):
        return
    count = len(front.nodes)
    refused = REFUSALS[hop.ways[choosy]] * count + of_front[choosy]
    places = ARRIVALS[before.ways[special]] * count + front.ends[special]
    for mine, brought in zip(given, front.brought, strict=True):
        mine[choosy] -= _by(places, brought[special], len(Arrival) * count)[refused]


def _take_returns(view: GraphView, given: Mass, hop: Hop, *, front: _Front, before: Hop) -> None:
    """Take from what the arcs b → c are given what came to b from c itself, one hop before, unless refused anyway."""
    returns = _among(view, before.sources).take(hop.targets).nonzero()[0]
    if not len(returns):
        return
    sources = hop.sources.take(returns)
    there = (hop.targets.take(returns).astype(np.int64) << 32) | sources
    pairs = np.sort(there)  # of equal ones the first stands for all
    pair = pairs.searchsorted(there)
    back = _among(view, sources).take(before.targets).nonzero()[0]
    came = (before.sources.take(back) << 32) | before.targets.take(back)
    place = np.minimum(pairs.searchsorted(came), len(pairs) - 1)
    is_pair = pairs.take(place) == came
    back = back[is_pair]
    places = place[is_pair] * len(Arrival) + ARRIVALS.take(before.ways.take(back))
    refusals = REFUSALS.take(hop.ways.take(returns))
    takes_all = refusals == Arrival.ANY
    for mine, brought in zip(given, front.brought, strict=True):
        by_arrival = _by(places, brought[back], len(pairs) * len(Arrival)).reshape(-1, len(Arrival))
        refused = np.where(takes_all, 0.0, by_arrival[pair, refusals])
        mine[returns] -= by_arrival.sum(axis=1)[pair] - refused


def _by(places: NDArray[np.integer[Any]], amounts: Floats, count: int) -> Floats:
    """Return the sums of the amounts at each of `count` places."""
    return np.bincount(places, amounts, minlength=count).astype(np.float64, copy=False)
