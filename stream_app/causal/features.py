"""What a fit of the strengths needs: effects of a unit shock, by the relation through which they arrive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.propagation import MOST_HOPS, Travel, propagate
from stream_app.causal.queries import World
from stream_app.causal.ways import WAYS


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What a unit shock does to each node reached, by the way of the relation through which it arrives.

    `by_way` is `[nodes, ways]` (see `causal.ways`); its rows add up to the node's net effect.
    """

    nodes: NDArray[np.int64]
    by_way: NDArray[np.float64]
    first_hop: NDArray[np.float64]


def features_of(world: World, entity_id: str, *, hops: int = MOST_HOPS) -> Features:
    """Return the features of a unit shock of the entity; KeyError where it is not in the graph.

    `first_hop` is `by_way` of direct relations alone: linear in the strengths that a fit estimates.
    """
    parameters = world.parameters
    travel = Travel(parameters.rates(world.topic), parameters.damping, parameters.floor, hops)
    reach = propagate(world.graph.at(world.as_of), world.graph.index[entity_id], travel)
    nodes = np.flatnonzero(reach.mass.size)
    whole = np.zeros((len(world.graph.entities), WAYS))
    first = np.zeros_like(whole)
    for number, (hop, brought) in enumerate(zip(reach.hops, reach.brought, strict=True)):
        np.add.at(whole, (hop.targets, hop.ways), brought.net)
        if number == 0:
            first = whole.copy()
    return Features(nodes, whole[nodes], first[nodes])
