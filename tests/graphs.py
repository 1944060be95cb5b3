"""A small graph for tests of what is learned from one: chip makers and banks in two countries."""

from __future__ import annotations

from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.derived import DERIVED
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph, make_graph

FIELDS = {"chips": "Information Technology", "banks": "Financials"}


def two_fields(companies: int = 12) -> KnowledgeGraph:
    """Return so many companies of each of two industries; those of one supply and rival each other alone."""
    entities, relations, dependences = [], [], []
    for field, sector in FIELDS.items():
        entities.append(Entity(f"industry:{field}", EntityKind.INDUSTRY, field.title()))
        entities.append(Entity(f"country:{field}", EntityKind.COUNTRY, f"{field.title()}land"))
        for number in range(companies):
            one, next_ = _id(field, number), _id(field, (number + 1) % companies)
            entities.append(
                Entity(
                    one, EntityKind.COMPANY, f"{field.title()} {number}", f"{field[0]}{number}".upper(), sector=sector
                )
            )
            relations.append(Relation(one, RelationKind.IN_INDUSTRY, f"industry:{field}"))
            relations.append(Relation(one, RelationKind.IN_COUNTRY, f"country:{field}"))
            dependences.append(_told(one, DependenceKind.SUPPLIES, next_))
            dependences.append(_told(next_, DependenceKind.CUSTOMER_OF, one))
            dependences.append(_told(one, DependenceKind.COMPETES_WITH, _id(field, (number + 3) % companies)))
            dependences.append(_told(one, DependenceKind.BELONGS_TO_INDUSTRY, f"industry:{field}", f"{DERIVED}: it"))
    aliases = [Alias(one.name, one.id, AliasStyle.NAME, 0.9) for one in entities]
    return make_graph(entities, aliases, relations=relations, dependences=dependences)


def _id(field: str, number: int) -> str:
    return f"company:{field}-{number}"


def _told(source: str, kind: DependenceKind, target: str, origin: str = "10-K") -> Dependence:
    return Dependence(
        source,
        kind,
        target,
        Transmission(1, 0.2),
        None,
        delay_hours=0,
        half_life_hours=24,
        origin=origin,
        confidence=0.8,
    )
