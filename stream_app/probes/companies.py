"""Companies of the graph that stand in for each other in a sentence, and the groups that they belong to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity, RelationKind
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph
from stream_app.knowledge.names import without_legal_form

Group = tuple[str, str]
"""A dimension, such as `country`, and the group in it, such as `DE`."""

LARGE = frozenset(
    f"index:{name}"
    for name in """aex bel-20 cac-40 csi-300 dax dow-jones euro-stoxx-50 ftse-100 ibex-35 nasdaq-100 nifty-50
    nikkei-225 omx-helsinki-25 omx-stockholm-30 s-and-p-100 s-and-p-500 sensex switzerland-20""".split()
)
SMALLER = frozenset(f"index:{name}" for name in "cac-mid-60 csi-500 mdax s-and-p-600 sdax".split())
_LEAST_PRIOR = 0.6
_LATIN = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9&.' -]{2,27}")


@dataclass(frozen=True, slots=True)
class Company:
    """A company by the name that a headline gives it; `ticker` None where it has none of letters."""

    id: str
    name: str
    ticker: str | None
    groups: tuple[Group, ...]


def companies_of(graph: KnowledgeGraph) -> tuple[Company, ...]:
    """Return the companies whose short name is Latin, means them alone and is no ordinary word, by id."""
    bearers: dict[str, list[Alias]] = defaultdict(list)
    for alias in graph.aliases:
        bearers[alias.text.lower()].append(alias)
    indices: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.kind is RelationKind.CONSTITUENT_OF:
            indices[relation.source].add(relation.target)
    return tuple(
        _company(entity, indices[entity.id])
        for entity in graph.entities
        if entity.kind is EntityKind.COMPANY and _is_plain(entity, bearers[_short(entity).lower()])
    )


def stratified(companies: Sequence[Company], each: int, rng: np.random.Generator) -> tuple[Company, ...]:
    """Return companies so that each group has `each`, or all that there are; further groups may bring it more."""
    order = [companies[place] for place in rng.permutation(len(companies))]
    chosen: dict[str, Company] = {}
    for members in by_group(order).values():
        chosen |= {one.id: one for one in members[:each]}
    return tuple(chosen[key] for key in sorted(chosen))


def by_group(companies: Iterable[Company]) -> Mapping[Group, list[Company]]:
    """Return the members of each group, in order; groups by name."""
    found: dict[Group, list[Company]] = defaultdict(list)
    for company in companies:
        for group in company.groups:
            found[group].append(company)
    return {group: found[group] for group in sorted(found)}


def _short(entity: Entity) -> str:
    return without_legal_form(entity.name)


def _is_plain(entity: Entity, aliases: Iterable[Alias]) -> bool:
    named = [alias for alias in aliases if alias.style in {AliasStyle.NAME, AliasStyle.CODE}]
    return (
        _LATIN.fullmatch(_short(entity)) is not None
        and {alias.entity for alias in named} == {entity.id}
        and all(alias.prior >= _LEAST_PRIOR and not alias.common for alias in named)
    )


def _company(entity: Entity, indices: set[str]) -> Company:
    size = "large" if indices & LARGE else "smaller" if indices & SMALLER else None
    groups = (("country", entity.country), ("sector", entity.sector), ("size", size))
    ticker = entity.ticker if entity.ticker and entity.ticker.isalpha() and entity.ticker.isascii() else None
    return Company(entity.id, _short(entity), ticker, tuple((kind, one) for kind, one in groups if one))
