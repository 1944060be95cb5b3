"""The causal graph as arrays: one arc for each way that a statement of dependence carries a shock.

Rows are compressed (CSR): the arcs that leave node `n` are `starts[n]` up to `starts[n + 1]`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.implied import implied_dependences
from stream_app.causal.view import GraphView, Periods, Repeats
from stream_app.causal.ways import PLACES, way_of
from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph

_INVERSES = {DependenceKind.CUSTOMER_OF: DependenceKind.SUPPLIES}
_SYMMETRIC = frozenset({DependenceKind.COMPETES_WITH})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEPT_VIEWS = 4
_DREADED_SHARE = 0.9
_HAVE_FORTUNES = frozenset({EntityKind.COMPANY, EntityKind.INDUSTRY, EntityKind.COUNTRY, EntityKind.INDEX})
_COLUMNS = ("source", "target", "channel", "begin", "end", "weight", "way", "statement")


@dataclass(frozen=True, eq=False)
class CausalGraph:
    """Nodes by id, arcs by rows, and what each statement says; `at` gives the arcs in force at an event time.

    Of each arc: `targets`, `ways` (see `causal.ways`) and `told_by`, the place of its statement in `statements`.
    """

    version: str
    entities: tuple[Entity, ...]
    index: Mapping[str, int]
    statements: tuple[Dependence, ...]
    starts: NDArray[np.int64]
    targets: NDArray[np.int32]
    ways: NDArray[np.uint8]
    told_by: NDArray[np.int32]
    periods: Periods
    _views: dict[int, GraphView] = field(default_factory=dict)

    def at(self, as_of: datetime) -> GraphView:
        """Return the graph as it was, and was known, at that event time."""
        period = self.periods.of(seconds(as_of))
        view = self._views.get(period)
        if view is None:
            view = GraphView.of(self.starts, self.targets, ways=self.ways, weights=self.periods.weights(period))
            # Event time mostly goes forward, so a few periods are enough.
            while len(self._views) >= _KEPT_VIEWS:
                self._views.pop(next(iter(self._views)), None)
            self._views[period] = view
        return view

    @cached_property
    def prominence(self) -> NDArray[np.float64]:
        """Of each node how many arcs reach or leave it: who is known deals with many."""
        return 1.0 + np.diff(self.starts) + np.bincount(self.targets, minlength=len(self.entities))

    @cached_property
    def dreaded(self) -> frozenset[str]:
        """Indicators whose rise hurts nearly all whose fortunes they touch, such as storms, taxes and inflation."""
        hurt: dict[str, float] = defaultdict(float)
        touched: dict[str, float] = defaultdict(float)
        for one in self.statements:
            kinds = self.entities[self.index[one.source]].kind, self.entities[self.index[one.target]].kind
            if one.forward is not None and kinds[0] is EntityKind.MACRO_INDICATOR and kinds[1] in _HAVE_FORTUNES:
                touched[one.source] += one.forward.weight
                hurt[one.source] += one.forward.weight if one.forward.sign < 0 else 0.0
        return frozenset(key for key, weight in touched.items() if hurt[key] > _DREADED_SHARE * weight)

    @cached_property
    def makers(self) -> Mapping[int, tuple[int, ...]]:
        """Of each product, such as a mine, the nodes of those who own or make it."""
        found: dict[int, list[int]] = defaultdict(list)
        for one in self.statements:
            if one.kind is DependenceKind.OWNS and self.entities[self.index[one.target]].kind is EntityKind.PRODUCT:
                found[self.index[one.target]].append(self.index[one.source])
        return {product: tuple(owners) for product, owners in found.items()}

    def arcs_into(self, nodes: Sequence[int]) -> tuple[int, ...]:
        """Return all arcs that end in one of these nodes: without them, nothing reaches it or goes on through it."""
        return tuple(np.flatnonzero(np.isin(self.targets, nodes)).tolist())

    @property
    def memory_bytes(self) -> int:
        """Size of the arrays, the kept views included."""
        arrays = (self.starts, self.targets, self.ways, self.told_by)
        views = sum(view.memory_bytes for view in self._views.values())
        return sum(one.nbytes for one in arrays) + self.periods.memory_bytes + views


def causal_graph(graph: KnowledgeGraph) -> CausalGraph:
    """Return the causal graph of a knowledge graph: its dependences, and what its other relations imply."""
    statements = (*graph.dependences, *implied_dependences(graph.relations))
    return make_causal_graph(graph.entities, statements, version=graph.version)


def make_causal_graph(entities: Sequence[Entity], statements: Iterable[Dependence], *, version: str) -> CausalGraph:
    """Return the graph of these statements; those of unknown entities or of an entity with itself are left out.

    Where one thing is told twice (`A supplies B`, `B customer_of A`), the stronger that is in force counts.
    """
    index = {entity.id: place for place, entity in enumerate(entities)}
    told = tuple(one for one in statements if one.source in index and one.target in index and one.source != one.target)
    table = np.array(list(_arcs(told, index)), np.float64).reshape(-1, len(_COLUMNS))
    columns = dict(zip(_COLUMNS, table[np.lexsort(table.T[::-1])].T, strict=True))
    told_by = columns["statement"].astype(np.int32)
    return CausalGraph(
        version,
        tuple(entities),
        index,
        told,
        starts=np.searchsorted(columns["source"], np.arange(len(entities) + 1)),
        targets=columns["target"].astype(np.int32),
        ways=columns["way"].astype(np.uint8),
        told_by=told_by,
        periods=Periods.of_arcs(
            columns["weight"].astype(np.float32),
            begins=columns["begin"],
            ends=columns["end"],
            repeats=Repeats.of([columns[name] for name in ("source", "target", "channel")]),
        ),
    )


def _arcs(statements: Sequence[Dependence], index: Mapping[str, int]) -> Iterator[tuple[float, ...]]:
    """Yield one row of `_COLUMNS` for each way that a statement carries a shock."""
    for number, one in enumerate(statements):
        source, target = index[one.source], index[one.target]
        begin = max((seconds(moment) for moment in (one.valid_from, one.known_from) if moment), default=-np.inf)
        end = seconds(one.valid_to) if one.valid_to else np.inf
        for backward, passing in enumerate((one.forward, one.backward)):
            if passing is not None and passing.weight > 0:
                ends = (target, source) if backward else (source, target)
                weight = passing.sign * passing.weight * one.confidence
                way = way_of(one.kind, backward=bool(backward))
                yield (*ends, _channel(one.kind, backward=bool(backward)), begin, end, weight, way, number)


def _channel(kind: DependenceKind, *, backward: bool) -> int:
    """Return one number for all that tells the same way of a shock, such as from supplier to customer."""
    family = 2 * PLACES[_INVERSES.get(kind, kind)]
    return family if kind in _SYMMETRIC else family + (backward != (kind in _INVERSES))


def seconds(moment: datetime) -> float:
    """Return seconds since 1970 of an aware time."""
    return (moment - _EPOCH).total_seconds()
