"""The relations of a path, in the order in which the effect travels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stream_app.causal.arcs import CausalGraph
from stream_app.causal.sentences import relation_in_words
from stream_app.events.risk_event import Step
from stream_app.knowledge.dependence import DependenceKind

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
    _steps: dict[int, Step] = field(default_factory=dict)
    _words: dict[int, str] = field(default_factory=dict)

    def steps(self, arcs: Sequence[int]) -> tuple[Step, ...]:
        """Return the arcs as steps of a path; their weights are those of the statements."""
        return tuple(self._steps.get(arc) or self._steps.setdefault(arc, _step_of(self.graph, arc)) for arc in arcs)

    def in_words(self, arcs: Sequence[int]) -> str:
        """Return what the statements behind the arcs say, one after the other."""
        told = (self._words.get(arc) or self._words.setdefault(arc, relation_in_words(self.graph, arc)) for arc in arcs)
        return ", and ".join(told)


def _step_of(graph: CausalGraph, arc: int) -> Step:
    told = graph.statements[graph.told_by[arc]]
    is_backward = bool(graph.ways[arc] % 2)
    passing = told.backward if is_backward else told.forward
    if passing is None:
        raise ValueError(f"arc {arc} stands for a way that carries nothing")
    start, end = (told.target, told.source) if is_backward else (told.source, told.target)
    relation = INVERSES[told.kind] if is_backward else told.kind.value
    return Step.model_validate(
        {"from": start, "relation": relation, "to": end, "sign": passing.sign, "weight": passing.weight}
    )
