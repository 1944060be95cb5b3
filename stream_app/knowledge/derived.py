"""What follows from relations: weak and unsure dependences, of an industry's or country's leading companies alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.sources.dependences import defaults_of

DERIVED = "derived"
"""What the origin of every derived dependence begins with."""

_MOST_MEMBERS = 60  # of an industry or country: who is hardly known is hardly in the news either
_LEADING = 10  # whose fortunes say something of the whole industry
_SURE, _UNSURE = 0.5, 0.4
_COUNTRY_WEIGHT, _GROUP_WEIGHT = 0.05, 0.1


def derived_dependences(entities: Iterable[Entity], relations: Iterable[Relation]) -> Iterator[Dependence]:
    """Yield what the relations imply: membership of industries, home countries, groups, central banks, currencies."""
    known = {entity.id: entity for entity in entities}
    by_kind: dict[RelationKind, list[Relation]] = defaultdict(list)
    for relation in sorted(set(relations), key=lambda one: (one.source, one.target)):
        if relation.source in known and relation.target in known:
            by_kind[relation.kind].append(relation)
    for relation, rank in _ranked(by_kind[RelationKind.IN_INDUSTRY], known):
        fact = _implied(relation, DependenceKind.BELONGS_TO_INDUSTRY, "its industry")
        yield fact if rank < _LEADING else replace(fact, forward=None)
    for relation, _ in _ranked(by_kind[RelationKind.IN_COUNTRY], known):
        fact = _implied(relation, DependenceKind.EXPOSED_TO_COUNTRY, "its headquarters")
        yield replace(fact, backward=Transmission(1, _COUNTRY_WEIGHT), confidence=_UNSURE)
    for relation in by_kind[RelationKind.SAME_GROUP_AS]:
        both = Transmission(1, _GROUP_WEIGHT)
        owner = Relation(relation.target, relation.kind, relation.source)
        yield replace(_implied(owner, DependenceKind.OWNS, "their group"), forward=both, backward=both)
    yield from _monetary(by_kind)


def _ranked(relations: list[Relation], known: dict[str, Entity]) -> Iterator[tuple[Relation, int]]:
    """Yield the relations of each target's best known companies, with their rank."""
    members: dict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        if known[relation.source].kind is EntityKind.COMPANY:
            members[relation.target].append(relation)
    for some in members.values():
        best = sorted(some, key=lambda one: (-known[one.source].prior, one.source))
        yield from ((relation, rank) for rank, relation in enumerate(best[:_MOST_MEMBERS]))


def _monetary(by_kind: dict[RelationKind, list[Relation]]) -> Iterator[Dependence]:
    """Yield what central banks do to their country and its currency, and the country to the currency."""
    currencies = {relation.source: relation.target for relation in by_kind[RelationKind.ISSUES_CURRENCY]}
    for relation in by_kind[RelationKind.ISSUES_CURRENCY]:
        yield _implied(relation, DependenceKind.ISSUES_CURRENCY, "its currency")
    for relation in by_kind[RelationKind.CENTRAL_BANK_OF]:
        yield _implied(relation, DependenceKind.CENTRAL_BANK_OF, "its country")
        if relation.target in currencies:
            pair = Relation(relation.source, relation.kind, currencies[relation.target])
            rate = _implied(pair, DependenceKind.AFFECTS, "its country's currency")
            yield replace(rate, forward=Transmission(1, defaults_of(DependenceKind.AFFECTS).forward.weight))


def _implied(relation: Relation, kind: DependenceKind, by: str) -> Dependence:
    usual = defaults_of(kind)
    return Dependence(
        source=relation.source,
        kind=kind,
        target=relation.target,
        forward=usual.forward.transmission("", None) if usual.forward.sign else None,
        backward=usual.backward.transmission("", None) if usual.backward.sign else None,
        delay_hours=usual.delay_hours,
        half_life_hours=usual.half_life_hours,
        origin=f"{DERIVED}: {by}",
        confidence=_SURE,
    )
