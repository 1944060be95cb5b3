"""Dependences in plain English, for people who check what the graph says."""

from __future__ import annotations

from collections.abc import Mapping

from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind
from stream_app.knowledge.paths import Step

_WORDS: Mapping[DependenceKind, str] = {
    DependenceKind.SUPPLIES: "supplies",
    DependenceKind.CUSTOMER_OF: "is a customer of",
    DependenceKind.COMPETES_WITH: "competes with",
    DependenceKind.OWNS: "owns",
    DependenceKind.LENDS_TO: "lends to",
    DependenceKind.DEPENDS_ON_COMMODITY: "depends on the price of",
    DependenceKind.EXPOSED_TO_COUNTRY: "is exposed to the economy of",
    DependenceKind.EXPOSED_TO_CURRENCY: "is exposed to the value of",
    DependenceKind.REGULATED_BY: "is regulated by",
    DependenceKind.BELONGS_TO_INDUSTRY: "belongs to the industry",
    DependenceKind.CENTRAL_BANK_OF: "is the central bank of",
    DependenceKind.ISSUES_CURRENCY: "issues the currency",
    DependenceKind.AFFECTS: "affects",
}
_QUANTITIES = {
    EntityKind.COMMODITY.value: "the price of {}",
    EntityKind.CURRENCY.value: "the value of {}",
    EntityKind.CENTRAL_BANK.value: "{}'s policy rate",
    EntityKind.MACRO_INDICATOR.value: "{}",
    EntityKind.ORGANISATION.value: "{}'s pressure or output",
}
_SHARES_OF = {DependenceKind.OWNS: "of the shares", DependenceKind.CUSTOMER_OF: "of the seller's sales"}


def statement(dependence: Dependence, names: Mapping[str, str]) -> str:
    """Return what is stated, such as `TSMC supplies Apple Inc. (25 % of revenue; since 2014)`."""
    said = f"{_name(dependence.source, names)} {_WORDS[dependence.kind]} {_name(dependence.target, names)}"
    notes = [note for note in (_share(dependence), _period(dependence)) if note]
    return f"{said} ({'; '.join(notes)})" if notes else said


def transmission(step: Step, names: Mapping[str, str]) -> str:
    """Return what a step does, such as `if the price of cocoa rises, Hershey falls (weight 0.35)`."""
    start, end = _quantity(step.start, names), _quantity(step.end, names)
    moves = ("rises", "falls") if step.start.partition(":")[0] in _QUANTITIES else ("falls", "rises")
    return f"if {start} {moves[0]}, {end} {moves[step.passing.sign < 0]} (weight {step.passing.weight:.2f})"


def _quantity(key: str, names: Mapping[str, str]) -> str:
    return _QUANTITIES.get(key.partition(":")[0], "{}").format(_name(key, names))


def _name(key: str, names: Mapping[str, str]) -> str:
    return names.get(key, key)


def _share(dependence: Dependence) -> str:
    if dependence.share is None:
        return ""
    return f"{dependence.share:.0%} {_SHARES_OF.get(dependence.kind, 'of its sales')}"


def _period(dependence: Dependence) -> str:
    since = f"since {dependence.valid_from:%Y-%m-%d}" if dependence.valid_from else ""
    until = f"until {dependence.valid_to:%Y-%m-%d}" if dependence.valid_to else ""
    return " ".join(part for part in (since, until) if part)
