"""What propagation is held against: graphs that know less, and what prices say of the neighbours themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.history import History
from stream_app.calibration.spread import Spreader
from stream_app.causal.arcs import CausalGraph, make_causal_graph
from stream_app.knowledge.dependence import Dependence, DependenceKind

Floats = NDArray[np.float64]


def rewired(graph: CausalGraph, seed: int) -> CausalGraph:
    """Return the graph with the targets of each kind of statement dealt out anew.

    Each entity keeps its number of statements of each kind, as source and as target; who is linked to whom is chance.
    """
    dice = np.random.default_rng(seed)
    by_kind: dict[tuple[DependenceKind, str], list[Dependence]] = defaultdict(list)
    for one in graph.statements:
        # A currency stays a currency: only targets of one kind of entity change places.
        by_kind[one.kind, one.target.partition(":")[0]].append(one)
    dealt: list[Dependence] = []
    for told in by_kind.values():
        order = dice.permutation(len(told))
        dealt += [replace(one, target=told[place].target) for one, place in zip(told, order.tolist(), strict=True)]
    return make_causal_graph(graph.entities, dealt, version=f"{graph.version}-rewired-{seed}")


def industries_alone(graph: CausalGraph) -> CausalGraph:
    """Return the graph with nothing but who belongs to which industry."""
    kept = [one for one in graph.statements if one.kind is DependenceKind.BELONGS_TO_INDUSTRY]
    return make_causal_graph(graph.entities, kept, version=f"{graph.version}-industries")


def neighbours_moves(history: History, spreader: Spreader, days: Sequence[int]) -> Floats:
    """Return what each company's neighbours in the graph moved on the same day, by what a shock of them carries to it.

    `[days, companies]` of the whole history; 0 where it is not one of `days`, or nobody is near.
    """
    moves = np.nan_to_num(history.same_day())
    found = np.zeros_like(moves)
    weights: dict[int, Floats] = {}
    for day in days:
        at = datetime.fromtimestamp(history.closings[day], UTC)
        period = spreader.graph.periods.of(at.timestamp())
        if period not in weights:
            weights[period] = _weights(spreader, history.companies, at)
        found[day] = moves[day] @ weights[period]
    return found


def _weights(spreader: Spreader, companies: Sequence[str], at: datetime) -> Floats:
    """Return what a unit shock of each company carries to each `[from, to]`."""
    table = np.zeros((len(companies), len(companies)))
    for place, company in enumerate(companies):
        spread = spreader.of(company, at)
        if spread is not None:
            table[place, spread.places] = spread.net
    return table
