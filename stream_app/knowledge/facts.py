"""Facts gathered from one source, before they become a graph."""

from __future__ import annotations

from dataclasses import dataclass, field

from stream_app.knowledge.entities import Entity, Relation
from stream_app.knowledge.graph import Alias


@dataclass(slots=True)
class Facts:
    """Entities, aliases and relations that one source knows, in any order, with repeats."""

    entities: list[Entity] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)

    def add(self, other: Facts) -> None:
        """Take over what another source knows."""
        self.entities.extend(other.entities)
        self.aliases.extend(other.aliases)
        self.relations.extend(other.relations)
