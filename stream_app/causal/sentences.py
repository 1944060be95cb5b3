"""Why somebody is exposed, as one sentence that a person can check against the graph."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stream_app.causal.arcs import CausalGraph
from stream_app.causal.shock import FORTUNES
from stream_app.events.entity import EntityKind
from stream_app.events.risk_effect import Direction
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.knowledge.dependence import DependenceKind
from stream_app.knowledge.entities import Entity

_VERBS: Mapping[DependenceKind, str] = {
    DependenceKind.SUPPLIES: "supplies",
    DependenceKind.CUSTOMER_OF: "buys from",
    DependenceKind.COMPETES_WITH: "competes with",
    DependenceKind.OWNS: "owns",
    DependenceKind.LENDS_TO: "lends to",
    DependenceKind.DEPENDS_ON_COMMODITY: "depends on",
    DependenceKind.EXPOSED_TO_COUNTRY: "is exposed to",
    DependenceKind.EXPOSED_TO_CURRENCY: "is exposed to",
    DependenceKind.REGULATED_BY: "is regulated by",
    DependenceKind.BELONGS_TO_INDUSTRY: "belongs to",
    DependenceKind.CENTRAL_BANK_OF: "is the central bank of",
    DependenceKind.ISSUES_CURRENCY: "issues",
    DependenceKind.AFFECTS: "affects",
}
_MOST_WORDS = 3
_QUANTITIES: Mapping[EntityKind, str] = {
    EntityKind.COMMODITY: "the price of {}",
    EntityKind.CURRENCY: "the value of {}",
    EntityKind.CENTRAL_BANK: "the policy rate of {}",
    EntityKind.COUNTRY: "the economy of {}",
    EntityKind.ORGANISATION: "the pressure or output of {}",
}
_WAYS: Mapping[EntityKind, tuple[str, str]] = {EntityKind.COUNTRY: ("weaken", "strengthen")}
_WITH_THE: Mapping[EntityKind, re.Pattern[str]] = {
    EntityKind.COUNTRY: re.compile(r"United|.* (Republic|Islands)|Bahamas|Comoros|Maldives|Netherlands|Philippines"),
    EntityKind.CURRENCY: re.compile(r"Euro|.* "),
    EntityKind.CENTRAL_BANK: re.compile(r".* of |(Czech|European|Federal|Hong Kong|Saudi|South African|Swiss) "),
}
"""Names that stand with an article where one speaks of them, by how they begin."""


def explanation(event: SentimentEvent, exposed: Entity, *, chain: str, direction: Direction, rises: bool) -> str:
    """Return the sentence; `chain` is the strongest path in words, `rises` says whether the trigger's quantity does."""
    trigger = event.entity
    if trigger is None:
        raise ValueError("an event without an entity exposes nobody")
    outcome = f"{_quantity(exposed.kind, exposed.name)} {_fate(exposed.kind, direction)}"
    reason = f"{_quantity(trigger.kind, trigger.name)} {_move(event, trigger.kind, rises=rises)}{_words(event)}"
    return f"{_opened(outcome)} because {chain}: {reason}."


def _opened(sentence: str) -> str:
    """Return it with a capital, unless it begins with a name, such as eBay, that has none."""
    return f"The {sentence[4:]}" if sentence.startswith("the ") else sentence


def relation_in_words(graph: CausalGraph, arc: int, is_shared: bool) -> str:  # noqa: FBT001  (both are a key)
    """Return what the statement behind the arc says, with its weight the way the arc goes and its origin.

    `is_shared`: the news is of the trade that rivals share, so that they do not go against each other.
    """
    one = graph.statements[graph.told_by[arc]]
    names = [graph.entities[graph.index[key]].name for key in (one.source, one.target)]
    passing = one.backward if graph.ways[arc] % 2 else one.forward
    weight = f"weight {passing.weight:.2f}{_against(passing.sign, is_shared=is_shared)}" if passing else ""
    return f"{names[0]} {_VERBS[one.kind]} {names[1]} ({weight}, {one.origin})"


def _against(sign: int, *, is_shared: bool) -> str:
    if is_shared:
        return " in the trade that both live on"
    return " against it" if sign < 0 else ""


def _quantity(kind: EntityKind, name: str) -> str:
    article = "the " if kind in _WITH_THE and _WITH_THE[kind].match(name) else ""
    return _QUANTITIES.get(kind, "{}").format(article + name)


def _fate(kind: EntityKind, direction: Direction) -> str:
    if kind in FORTUNES:
        return "may be hurt" if direction == "adverse" else "may be helped"
    return f"may {_way(kind, rises=direction == 'favourable')}"


def _move(event: SentimentEvent, kind: EntityKind, *, rises: bool) -> str:
    if kind in FORTUNES:
        return "has good news" if rises else "has bad news"
    if event.shock is not None and event.shock.move:
        return f"is said to {_way(kind, rises=rises)}"
    return f"seems to {_way(kind, rises=rises)} by the tone of the text"


def _way(kind: EntityKind, *, rises: bool) -> str:
    return _WAYS.get(kind, ("fall", "rise"))[rises]


def _words(event: SentimentEvent) -> str:
    """Return the document's own words for it, quoted."""
    stated = event.shock.words if event.shock is not None else None
    if stated is not None:
        return f", “{stated.text}”"
    strongest = sorted(event.evidence, key=lambda one: -abs(one.weight))[:_MOST_WORDS]
    words = " … ".join(one.text for one in sorted(strongest, key=lambda one: (one.field, one.start)))
    return f", “{words}”" if words else ""
