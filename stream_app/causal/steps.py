"""The relations of a path, in the order in which the effect travels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stream_app.causal.arcs import CausalGraph
from stream_app.causal.sentences import relation_in_words
from stream_app.events.risk_event import Step
from stream_app.knowledge.dependence import DependenceKind

Rates = NDArray[np.float32]

INVERSES: Mapping[DependenceKind, str] = {
    DependenceKind.SUPPLIES: "customer_of",
    DependenceKind.CUSTOMER_OF: "supplies",
    DependenceKind.COMPETES_WITH: "competes_with",
    DependenceKind.OWNS: "owned_by",
    DependenceKind.LENDS_TO: "borrows_from",
    DependenceKind.DEPENDS_ON_COMMODITY: "commodity_of",
    DependenceKind.EXPOSED_TO_COUNTRY: "country_of",
    DependenceKind.EXPOSED_TO_CURRENCY: "currency_of",
    DependenceKind.REGULATED_BY: "regulates",
    DependenceKind.BELONGS_TO_INDUSTRY: "industry_of",
    DependenceKind.CENTRAL_BANK_OF: "has_central_bank",
    DependenceKind.ISSUES_CURRENCY: "currency_of",
    DependenceKind.AFFECTS: "affected_by",
}
"""What a relation is called where the effect goes from its target to its source."""


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """The arcs of a graph as steps and in words; each is made once, since a few arcs carry most shocks."""

    graph: CausalGraph
    _steps: dict[tuple[int, bool], Step] = field(default_factory=dict)
    _words: dict[tuple[int, bool], str] = field(default_factory=dict)

    def steps(self, arcs: Sequence[int], rates: Rates) -> tuple[Step, ...]:
        """Return the arcs as steps of a path; their weights are those of the statements."""
        keys = self._keys(arcs, rates)
        return tuple(self._steps.get(key) or self._steps.setdefault(key, _step_of(self.graph, *key)) for key in keys)

    def in_words(self, arcs: Sequence[int], rates: Rates) -> str:
        """Return what the statements behind the arcs say, one after the other."""
        keys = self._keys(arcs, rates)
        return ", and ".join(
            self._words.get(key) or self._words.setdefault(key, relation_in_words(self.graph, *key)) for key in keys
        )

    def _keys(self, arcs: Sequence[int], rates: Rates) -> list[tuple[int, bool]]:
        """Return each arc with whether a rate below 0 lets it carry a shock as it is."""
        return [(arc, bool(rates[self.graph.ways[arc]] < 0)) for arc in arcs]


def _step_of(graph: CausalGraph, arc: int, is_shared: bool) -> Step:  # noqa: FBT001  (both are the key)
    told = graph.statements[graph.told_by[arc]]
    is_backward = bool(graph.ways[arc] % 2)
    passing = told.backward if is_backward else told.forward
    if passing is None:
        raise ValueError(f"arc {arc} stands for a way that carries nothing")
    start, end = (told.target, told.source) if is_backward else (told.source, told.target)
    sign = 1 if is_shared else passing.sign
    relation = INVERSES[told.kind] if is_backward else told.kind.value
    return Step.model_validate({"from": start, "relation": relation, "to": end, "sign": sign, "weight": passing.weight})
