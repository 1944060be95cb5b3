"""The graph at one event time: which arcs are in force then, and how strong each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]
Places = NDArray[np.int64]


ARC = np.dtype([("arc", np.int32), ("target", np.int32), ("weight", np.float32), ("way", np.uint8)], align=True)
"""What propagation needs of an arc, side by side in memory, since it is gathered from all over the graph."""
_TINY = 1e-300  # so that 0 has a logarithm
_LEVELS = 26  # halves of a power of two: down to 2^-12.5, below which all arcs in force are taken


@dataclass(frozen=True, slots=True, eq=False)
class GraphView:
    """Arcs of one event time: `arcs` (`ARC`) of each row from the strongest to the weakest, with signed weights.

    An arc that is not in force weighs 0. `counts` `[nodes, levels]` says how many arcs of a row are at least as strong
    as each level.
    """

    starts: Places
    arcs: NDArray[np.void]
    counts: NDArray[np.int32]

    @classmethod
    def of(cls, starts: Places, targets: NDArray[np.int32], *, ways: NDArray[np.uint8], weights: Weights) -> Self:
        """Return the view of these arcs."""
        rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        sizes = np.minimum(np.abs(weights), 1.0)
        order = np.lexsort((-sizes, rows))
        arcs = np.empty(len(order), ARC)
        arcs["arc"], arcs["target"], arcs["weight"], arcs["way"] = order, targets[order], weights[order], ways[order]
        return cls(starts, arcs, _counts(rows, sizes, len(starts) - 1))

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.starts) - 1

    @property
    def memory_bytes(self) -> int:
        """Size of the arrays that are this view's own."""
        return self.arcs.nbytes + self.counts.nbytes

    def arcs_of(self, nodes: Places, least: NDArray[np.float64]) -> tuple[NDArray[np.void], Places]:
        """Return the arcs in force that leave each node, and the place of the node in `nodes`.

        All of at least that size are among them, and of the weaker ones at most those of the same level.
        """
        if len(nodes) == 1:  # a row as it lies there
            start, count = int(self.starts[nodes[0]]), int(self.counts[nodes[0], _level(least)[0]])
            return self.arcs[start : start + count], np.zeros(count, np.int64)
        counts = self.counts.ravel().take(nodes * _LEVELS + _level(least))
        of_node = np.arange(len(nodes)).repeat(counts)
        places = (self.starts.take(nodes) + counts - counts.cumsum()).take(of_node)
        places += np.arange(len(of_node))
        return self.arcs.take(places), of_node


def _level(least: NDArray[np.float64]) -> Places:
    """Return the highest level that arcs of at least this size all reach."""
    halves = np.ceil(-2.0 * np.log2(np.maximum(least, _TINY)))
    level: Places = np.minimum(np.maximum(halves, 0.0), _LEVELS - 1).astype(np.int64)
    return level


def _counts(rows: Places, sizes: NDArray[np.floating[Any]], nodes: int) -> NDArray[np.int32]:
    in_force = sizes > 0
    places = rows[in_force] * _LEVELS + _level(sizes[in_force].astype(np.float64))
    levels = np.bincount(places, minlength=nodes * _LEVELS).reshape(nodes, _LEVELS)
    return levels.cumsum(axis=1).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Arcs that tell one thing: `starts` of each group among the sorted arcs; `several` of them have more than one."""

    starts: Places
    arcs: int
    several: bool

    @classmethod
    def of(cls, columns: Sequence[NDArray[np.float64]]) -> Self:
        """Return the groups of equal columns, which are sorted by them."""
        arcs = len(columns[0])
        fresh = np.ones(arcs, bool)
        fresh[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
        starts = np.flatnonzero(fresh)
        return cls(starts, arcs, len(starts) < arcs)

    def strongest_alone(self, weights: Weights) -> Weights:
        """Return the weights with all but the strongest of each group at 0; of equal ones the first stays."""
        if not self.several:
            return weights
        size = np.abs(weights)
        group = np.repeat(np.arange(len(self.starts)), np.diff(self.starts, append=self.arcs))
        is_best = size == np.maximum.reduceat(size, self.starts)[group]
        best = np.flatnonzero(is_best)
        _, first = np.unique(group[best], return_index=True)
        alone = np.zeros_like(weights)
        alone[best[first]] = weights[best[first]]
        return alone


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Stretches of event time within which no statement begins or ends, and the weights of each."""

    changes: NDArray[np.float64]
    always: Weights
    dated: Places
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    repeats: Repeats

    @classmethod
    def of_arcs(
        cls, weights: Weights, *, begins: NDArray[np.float64], ends: NDArray[np.float64], repeats: Repeats
    ) -> Self:
        """`begins` and `ends` are in seconds since 1970; infinite where there is none."""
        dated = np.flatnonzero(np.isfinite(begins) | np.isfinite(ends))
        moments = np.concatenate([begins[dated], ends[dated]])
        changes = np.unique(moments[np.isfinite(moments)])
        return cls(changes, weights, dated, begins[dated], ends[dated], repeats)

    def of(self, second: float) -> int:
        """Return the number of the period that this moment lies in."""
        return int(np.searchsorted(self.changes, second, side="right"))

    def weights(self, period: int) -> Weights:
        """Return each arc's signed weight in that period; 0 where it is not in force."""
        begin = self.changes[period - 1] if period else -np.inf
        weights = self.always.copy()
        weights[self.dated[(self.begins > begin) | (self.ends <= begin)]] = 0
        return self.repeats.strongest_alone(weights)

    @property
    def memory_bytes(self) -> int:
        """Size of the arrays."""
        arrays = (self.changes, self.always, self.dated, self.begins, self.ends, self.repeats.starts)
        return sum(one.nbytes for one in arrays)
