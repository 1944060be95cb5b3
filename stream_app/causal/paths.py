"""The paths behind what reached a node, strongest first: put together from the arcs of the hops, ends first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.propagation import Hop, Reach
from stream_app.causal.ways import ARRIVALS, REFUSALS, Arrival

Places = NDArray[np.int64]


class FoundPath(NamedTuple):
    """Arcs from the source to the node, and what a unit shock carries along them, with its sign."""

    arcs: tuple[int, ...]
    carried: float


class _Tails(NamedTuple):
    """Ends of paths: their arcs `[tails, hops]`, where and by which way they begin, what they carry, where they end."""

    arcs: Places
    sources: Places
    ways: NDArray[np.uint8]
    carried: NDArray[np.float64]
    ends: Places

    def chosen(self, kept: NDArray[np.bool_]) -> _Tails:
        return _Tails(self.arcs[kept], self.sources[kept], self.ways[kept], self.carried[kept], self.ends[kept])


def paths_to(reach: Reach, nodes: Sequence[int]) -> dict[int, list[FoundPath]]:
    """Return all simple paths of the reach to each of these nodes, strongest first."""
    found: dict[int, list[FoundPath]] = defaultdict(list)
    is_wanted = np.zeros(len(reach.mass.size), bool)
    is_wanted[list(nodes)] = True
    for number in range(len(reach.hops)):
        tails = _last(reach.hops[number], is_wanted)
        for before in reversed(reach.hops[:number]):
            tails = _longer(tails, before)
        for arcs, end, carried in zip(tails.arcs.tolist(), tails.ends.tolist(), tails.carried.tolist(), strict=True):
            found[end].append(FoundPath(tuple(arcs), carried))
    for paths in found.values():
        paths.sort(key=lambda path: (-abs(path.carried), path.arcs))
    return found


def _last(hop: Hop, is_wanted: NDArray[np.bool_]) -> _Tails:
    chosen = np.flatnonzero(is_wanted[hop.targets])
    arcs, ends = hop.arcs[chosen][:, np.newaxis], hop.targets[chosen].astype(np.int64)
    return _Tails(arcs, hop.sources[chosen], hop.ways[chosen], hop.strengths[chosen].astype(np.float64), ends)


def _longer(tails: _Tails, before: Hop) -> _Tails:
    """Return the tails with each arc of the hop before that leads to their beginning, but no node twice."""
    order = np.argsort(before.targets, kind="stable")
    leading = before.targets[order]
    low = np.searchsorted(leading, tails.sources, side="left")
    counts = np.searchsorted(leading, tails.sources, side="right") - low
    tail = np.repeat(np.arange(len(counts)), counts)
    arc = order[np.arange(len(tail)) + (low - np.cumsum(counts) + counts)[tail]]
    arrivals = ARRIVALS[before.ways[arc]]
    longer = _Tails(
        np.column_stack([before.arcs[arc], tails.arcs[tail]]),
        before.sources[arc],
        before.ways[arc],
        tails.carried[tail] * before.strengths[arc],
        tails.ends[tail],
    )
    goes_on = (arrivals == Arrival.ANY) | (arrivals != REFUSALS[tails.ways[tail]])
    return longer.chosen(goes_on & (longer.sources != longer.ends))
