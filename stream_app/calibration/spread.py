"""What a unit shock does to the companies that have prices: computed once for each entity, topic, side and period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.arcs import CausalGraph, seconds
from stream_app.causal.exposures import BALANCED, exposure_of, reach_of
from stream_app.causal.parameters import CausalParameters
from stream_app.causal.paths import paths_to
from stream_app.causal.propagation import Reach
from stream_app.causal.ways import WAYS
from stream_app.events.sentiment_event import Topic
from stream_app.events.stated_shock import Side

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Effects of a unit shock on some companies: their places `[exposed]` among all, and what reaches them.

    `size` and `net` are as in an exposure, times in hours; `by_way` `[exposed, ways]` is `net` by the way of the
    relation through which it arrives.
    """

    places: NDArray[np.int64]
    size: Floats
    net: Floats
    delay: Floats
    half_life: Floats
    by_way: Floats


@dataclass(slots=True, eq=False)
class Spreader:
    """Gives spreads over one graph and one set of numbers, each computed once."""

    graph: CausalGraph
    parameters: CausalParameters
    companies: tuple[str, ...]
    _known: dict[tuple[object, ...], Spread | None] = field(default_factory=dict)
    _nodes: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._nodes = np.array([self.graph.index.get(company, -1) for company in self.companies], np.int64)

    def of(
        self, entity_id: str, at: datetime, *, topic: Topic | None = None, side: Side | None = None
    ) -> Spread | None:
        """Return the spread over the graph as it was known at that time; None where it reaches none."""
        told = (topic.label, topic.probability) if topic else None
        key = (entity_id, self.graph.periods.of(seconds(at)), told, side)
        if key not in self._known:
            reach = reach_of(
                self.graph, entity_id, at, rates=self.parameters.rates(topic, side), parameters=self.parameters
            )
            self._known[key] = None if reach is None else self._spread(reach)
        return self._known[key]

    def _spread(self, reach: Reach) -> Spread | None:
        net = reach.mass.net[self._nodes]
        size = (reach.mass.size[self._nodes] + np.abs(net)) / 2
        # Without a sure sign nobody is told of it, as live.
        places = np.flatnonzero((self._nodes >= 0) & (size > 0) & (np.abs(net) > BALANCED * size))
        if not len(places):
            return None
        nodes = self._nodes[places].tolist()
        found = paths_to(reach, nodes)
        timed = [
            exposure_of(self.graph, node, found[node], value=1.0, effect=(float(size[place]), float(net[place])))
            for node, place in zip(nodes, places.tolist(), strict=True)
        ]
        return Spread(
            places,
            size[places],
            net[places],
            np.array([one.delay_hours for one in timed]),
            np.array([one.half_life_hours for one in timed]),
            _by_way(reach, self._nodes[places]),
        )


def _by_way(reach: Reach, nodes: NDArray[np.int64]) -> Floats:
    rows = np.full(len(reach.mass.net), -1, np.int64)
    rows[nodes] = np.arange(len(nodes))
    table = np.zeros((len(nodes), WAYS))
    for hop, brought in zip(reach.hops, reach.brought, strict=True):
        kept = rows[hop.targets] >= 0
        np.add.at(table, (rows[hop.targets[kept]], hop.ways[kept]), brought.net[kept])
    return table
