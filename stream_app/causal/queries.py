"""Questions to the model: what if the trigger were not, or a relation were cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from stream_app.causal.arcs import CausalGraph
from stream_app.causal.exposures import reach_of
from stream_app.causal.parameters import CausalParameters
from stream_app.causal.probability import probability
from stream_app.causal.shock import Shock
from stream_app.events.sentiment_event import Topic


@dataclass(frozen=True, slots=True)
class Outlook:
    """The chances of an abnormal move to either side, and the expected move of a full shock in -1..1."""

    adverse: float
    favourable: float
    net: float


@dataclass(frozen=True, slots=True)
class World:
    """A graph at an event time, the numbers, and what the shocks are about."""

    graph: CausalGraph
    parameters: CausalParameters
    as_of: datetime
    topic: Topic | None = None


def do(world: World, shocks: Iterable[Shock], exposed: str, *, cut: Sequence[int] = ()) -> Outlook:
    """Return the outlook of an entity under these shocks at once, with those arcs cut.

    Leave a shock out to ask for the world without it; KeyError where the entity is not in the graph.
    """
    node = world.graph.index[exposed]
    down = up = net = 0.0
    for shock in shocks:
        mass = _mass(world, shock, node, cut=cut)
        moved = shock.value * mass[1]
        size = abs(shock.value) * mass[0]
        down, up, net = down + (size - moved) / 2, up + (size + moved) / 2, net + moved
    parameters = world.parameters
    return Outlook(probability(down, parameters), probability(up, parameters), min(max(net, -1.0), 1.0))


def _mass(world: World, shock: Shock, node: int, *, cut: Sequence[int]) -> tuple[float, float]:
    parameters = world.parameters
    rates = parameters.rates(world.topic, shock.side)
    reach = reach_of(world.graph, shock.entity_id, world.as_of, rates=rates, parameters=parameters, cut=cut)
    return (0.0, 0.0) if reach is None else (float(reach.mass.size[node]), float(reach.mass.net[node]))


def arcs_between(graph: CausalGraph, one: str, other: str) -> tuple[int, ...]:
    """Return the arcs of all statements about these two entities, in both ways: what `do` cuts to part them."""
    pair = [graph.index[one], graph.index[other]]
    return tuple(
        arc
        for start, end in (pair, pair[::-1])
        for arc in range(graph.starts[start], graph.starts[start + 1])
        if graph.targets[arc] == end
    )
