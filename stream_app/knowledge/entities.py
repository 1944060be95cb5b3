"""Entities and relations of the knowledge graph, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from stream_app.events.entity import EntityKind, EntityRef


@dataclass(frozen=True, slots=True)
class Entity:
    """One node of the graph.

    `sector` is one of the eleven GICS sectors' names, `country` an ISO 3166 alpha-2 code,
    `prior` the chance in 0..1 that a bare alias of it means this entity, `degree` its number of relations.
    """

    id: str
    kind: EntityKind
    name: str
    ticker: str | None = None
    exchange: str | None = None
    isin: str | None = None
    sector: str | None = None
    country: str | None = None
    prior: float = 0.5
    degree: int = 0

    def ref(self) -> EntityRef:
        """Return what an event says of this entity."""
        return EntityRef(
            id=self.id, name=self.name, kind=self.kind, ticker=self.ticker, exchange=self.exchange, isin=self.isin
        )


class RelationKind(StrEnum):
    """Typed, directed relations between entities."""

    IN_INDUSTRY = "in_industry"
    IN_COUNTRY = "in_country"
    CONSTITUENT_OF = "constituent_of"
    KEY_PERSON_OF = "key_person_of"
    MAKES_PRODUCT = "makes_product"
    SAME_GROUP_AS = "same_group_as"
    ISSUES_CURRENCY = "issues_currency"
    CENTRAL_BANK_OF = "central_bank_of"


@dataclass(frozen=True, slots=True)
class Relation:
    """One edge of the graph, from `source` to `target` (entity ids)."""

    source: str
    kind: RelationKind
    target: str
