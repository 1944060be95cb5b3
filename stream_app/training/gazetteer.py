"""Names of the knowledge graph as training meets them: who a marked name is, and other names to put in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import AliasStyle, KnowledgeGraph
from stream_app.training.examples import Example

_SURE_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`known` maps a name, or a ticker with its `$`, to its entity; `names` are to be put in other names' places."""

    known: dict[str, Entity]
    names: tuple[str, ...]

    def resolve(self, surface: str) -> Entity | None:
        """Return the entity that a marked name means, None where the graph has none of that name."""
        return self.known.get(surface.casefold())

    def is_no_company(self, surface: str) -> bool:
        """Tell whether the graph knows the name as something else, such as a commodity, which has a price."""
        entity = self.resolve(surface)
        return entity is not None and entity.kind is not EntityKind.COMPANY


def make_gazetteer(graph: KnowledgeGraph | None, examples: Sequence[Example]) -> Gazetteer:
    """Return the names of the graph and of the marked entities in `examples`, which hold no dev text."""
    marked = {
        example.text[mention.start : mention.end]
        for example in examples
        for mention in example.mentions
        if mention.label is not None and not mention.weak
    }
    known, names = _from_graph(graph) if graph else ({}, set())
    return Gazetteer(known, tuple(sorted(names | {name for name in marked if name[0].isupper()})))


def _from_graph(graph: KnowledgeGraph) -> tuple[dict[str, Entity], set[str]]:
    entities = {entity.id: entity for entity in graph.entities}
    known: dict[str, Entity] = {}
    names: set[str] = set()
    for alias in sorted(graph.aliases, key=lambda alias: alias.prior):
        if alias.entity is None:
            continue
        entity = entities[alias.entity]
        ticker = alias.style is AliasStyle.TICKER
        known[f"${alias.text}".casefold() if ticker else alias.text.casefold()] = entity
        if alias.style is AliasStyle.NAME and entity.kind is EntityKind.COMPANY and alias.prior >= _SURE_PRIOR:
            names.add(alias.text)
    return known, names
