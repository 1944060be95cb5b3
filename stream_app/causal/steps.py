"""One relation of a path, in the order in which the effect travels."""

from __future__ import annotations

from collections.abc import Mapping

from stream_app.causal.arcs import CausalGraph
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


def step_of(graph: CausalGraph, arc: int) -> Step:
    """Return the arc as a step; its weight is that of the statement."""
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
