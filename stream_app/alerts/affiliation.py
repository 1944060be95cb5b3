"""What an entity belongs to: its industries and countries, by every name that a subscription may give them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity, RelationKind
from stream_app.knowledge.graph import KnowledgeGraph

Labels = frozenset[str]
NO_LABELS: Labels = frozenset()


@dataclass(frozen=True, slots=True)
class Affiliation:
    """Labels in folded case: of an industry its id, the id's last part, its name and its sector's name."""

    industries: Labels = NO_LABELS
    countries: Labels = NO_LABELS


NOWHERE = Affiliation()
Affiliate = Callable[[str], Affiliation]
"""Gives the affiliation of an entity by its id."""


def nowhere(entity: str) -> Affiliation:
    """Know nothing of any entity."""
    del entity
    return NOWHERE


def affiliations(graph: KnowledgeGraph) -> Affiliate:
    """Return the lookup of a graph version: what its relations and the entities' own fields say."""
    industries, countries = _labels(graph, EntityKind.INDUSTRY), _labels(graph, EntityKind.COUNTRY)
    by_code = {one.country: one.id for one in graph.entities if one.kind is EntityKind.COUNTRY}
    belongs: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.kind in {RelationKind.IN_INDUSTRY, RelationKind.IN_COUNTRY}:
            belongs[relation.source].add(relation.target)
    known: dict[Affiliation, Affiliation] = {}
    found: dict[str, Affiliation] = {}
    for one in graph.entities:
        groups = belongs[one.id] | {one.id, by_code.get(one.country, "")}
        affiliation = Affiliation(_joined(industries, groups) | _sector(one), _joined(countries, groups))
        # Few combinations, many entities: equal ones are kept once.
        found[one.id] = known.setdefault(affiliation, affiliation)
    return lambda entity: found.get(entity, NOWHERE)


def group_labels(graph: KnowledgeGraph, kind: EntityKind) -> Labels:
    """Return all names by which a subscription may give groups of that kind: industries (and sectors), or countries."""
    sectors = [_sector(one) for one in graph.entities] if kind is EntityKind.INDUSTRY else []
    return NO_LABELS.union(*_labels(graph, kind).values(), *sectors)


def following(graph: Callable[[], KnowledgeGraph]) -> Affiliate:
    """Return a lookup that follows the graph that is current at each call."""
    held: dict[str, Affiliate] = {}

    def current(entity: str) -> Affiliation:
        now = graph()
        if now.version not in held:
            held.clear()
            held[now.version] = affiliations(now)
        return held[now.version](entity)

    return current


def _labels(graph: KnowledgeGraph, kind: EntityKind) -> dict[str, Labels]:
    return {group.id: _names(group) for group in graph.entities if group.kind is kind}


def _names(group: Entity) -> Labels:
    names = {group.id, group.id.partition(":")[2], group.name, group.country}
    return frozenset(name.casefold() for name in names if name)


def _joined(labels: Mapping[str, Labels], groups: Iterable[str]) -> Labels:
    return NO_LABELS.union(*(labels[group] for group in groups if group in labels))


def _sector(entity: Entity) -> Labels:
    return frozenset({entity.sector.casefold()}) if entity.sector else NO_LABELS
