"""Names that several entities bear with equal right, settled so that each still means one of them by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle
from stream_app.knowledge.linking.folding import fold
from stream_app.knowledge.names import without_accents, without_legal_form

_LINKED, _LEAST_NIL = 0.5, 0.02  # as the linker has them
_OTHERS = (
    0.7  # what all others together are given of the first one's prior; a bond with the text's subject outweighs it
)


def settled(aliases: list[Alias], entities: Iterable[Entity], dependences: Iterable[Dependence]) -> list[Alias]:
    """Return the aliases, of namesakes the lesser ones with smaller priors.

    The first is who has the greater prior, then who bears the text as its own name, then who has more dependences.
    Companies of two countries, or two listed ones, remain equals: `Prudential` alone is either.
    """
    known = {entity.id: entity for entity in entities}
    facts = Counter(end for one in dependences for end in (one.source, one.target))
    lessened: dict[tuple[tuple[bool, str], str], float] = {}
    for key, bearers in _namesakes(aliases).items():
        likeliest, total = max(bearers.values()), sum(bearers.values())
        if likeliest < _LINKED or likeliest / max(total + _LEAST_NIL, 1.0) >= _LINKED:
            continue
        ranks = {one: (bearers[one], _is_called(known[one], key[1], facts[one]), facts[one]) for one in bearers}
        first, second = sorted(bearers, key=lambda one: (*ranks[one], one), reverse=True)[:2]
        alike = ranks[first][:2] == ranks[second][:2] and facts[second] > 0
        if alike and _are_strangers([known[one] for one in bearers]):
            continue
        factor = min(1.0, _OTHERS * likeliest / (total - bearers[first]))
        lessened |= {(key, one): factor for one in bearers if one != first}
    return [
        replace(one, prior=round(one.prior * lessened.get((_key(one), one.entity or ""), 1.0), 3)) for one in aliases
    ]


def _namesakes(aliases: Iterable[Alias]) -> dict[tuple[bool, str], dict[str, float]]:
    """Return by name the entities that bear it, with their priors, where it is more than one's."""
    found: dict[tuple[bool, str], dict[str, float]] = defaultdict(dict)
    for alias in aliases:
        if alias.entity is not None and alias.style is not AliasStyle.TICKER:
            bearers = found[_key(alias)]
            bearers[alias.entity] = max(alias.prior, bearers.get(alias.entity, 0.0))
    return {key: bearers for key, bearers in found.items() if len(bearers) > 1}


def _key(alias: Alias) -> tuple[bool, str]:
    """Return what texts tell apart: a code is written in capitals, a name may be."""
    is_code = alias.style is AliasStyle.CODE
    return is_code, alias.text if is_code else fold(alias.text)


def _is_called(entity: Entity, text: str, facts: int) -> bool:
    """Whether the text is the entity's own name; a company of which no fact is told is another's second listing."""
    is_its_own = fold(text) in {fold(without_accents(entity.name)), fold(without_legal_form(entity.name))}
    return is_its_own and (facts > 0 or entity.kind is not EntityKind.COMPANY)


def _are_strangers(bearers: list[Entity]) -> bool:
    """Whether they are companies that share nothing but the name; unlisted ones of one country are of one group."""
    if any(one.kind is not EntityKind.COMPANY for one in bearers):
        return False
    return len({one.country for one in bearers}) > 1 or all(one.ticker for one in bearers)
