"""Looking a graph up by hand: entities by id, ticker or name, and names that are near a mistyped one."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches

from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph

_SUGGESTIONS, _NEARNESS = 5, 0.7


def find_entities(graph: KnowledgeGraph, query: str) -> list[Entity]:
    """Return the entities whose id, ticker or name is the query, the likeliest first; none where there is none.

    A bare ticker that is a name as well means whom texts mean by it, `ABB` no ABB India; `$ABB` means the ticker.
    """
    is_cashtag, wanted = query.strip().startswith("$"), query.strip().lstrip("$").casefold()
    priors: dict[str, float] = defaultdict(float)
    for alias in graph.aliases:
        if alias.entity is not None and alias.text.casefold() == wanted:
            priors[alias.entity] = max(priors[alias.entity], alias.prior)
    by_id = {entity.id: entity for entity in graph.entities}
    if wanted in by_id:
        return [by_id[wanted]]
    for entity in graph.entities:
        if (entity.ticker or "").casefold() == wanted:
            priors[entity.id] = 1.0 if is_cashtag else priors[entity.id]
    return [by_id[key] for key in sorted(priors, key=lambda key: (-priors[key], -by_id[key].prior, key))]


def near_names(graph: KnowledgeGraph, query: str) -> list[str]:
    """Return names and ids like the query, for somebody who mistyped one."""
    names = {alias.text.casefold(): alias.text for alias in graph.aliases if alias.entity is not None}
    names |= {entity.id: entity.id for entity in graph.entities}
    close = get_close_matches(query.strip().casefold(), names, n=_SUGGESTIONS, cutoff=_NEARNESS)
    return [names[one] for one in close]
