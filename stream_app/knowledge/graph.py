"""The knowledge graph as one immutable value, named by its content: the same facts always give the same version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import orjson

from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, dependence_fields, dependence_from
from stream_app.knowledge.entities import Entity, Relation, RelationKind

_VERSION_HEX_DIGITS = 12
_ENTITIES, _RELATIONS = {kind.value: kind for kind in EntityKind}, {kind.value: kind for kind in RelationKind}


class AliasStyle(StrEnum):
    """How a way of naming an entity may be written in a text."""

    NAME = "name"  # a proper name: with its capitals, or all in capitals
    WORD = "word"  # ordinary words in any case, such as crude oil
    CODE = "code"  # capitals exactly as given, such as ECB or USD
    TICKER = "ticker"  # a stock exchange's symbol


_STYLES = {style.value: style for style in AliasStyle}


@dataclass(frozen=True, slots=True)
class Alias:
    """One way of naming an entity; `entity` None marks a phrase that names nothing, such as `Amazon rainforest`.

    `prior` is the chance in 0..1 that the text, met without any context, means this entity.
    `common` marks a name that is an ordinary word as well, such as Target or ALL.
    """

    text: str
    entity: str | None
    style: AliasStyle
    prior: float
    common: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that speaks for a subject where its name is ambiguous, or against it where `weight` is negative.

    The subject is an entity's id, a sector's name, or `finance` for whatever is traded; `weight` is in log-odds.
    """

    subject: str
    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class KnowledgeGraph:
    """Entities, their aliases, relations, cues and economic dependences, each sorted and without repeats."""

    version: str
    entities: tuple[Entity, ...]
    aliases: tuple[Alias, ...]
    relations: tuple[Relation, ...]
    cues: tuple[Cue, ...] = ()
    dependences: tuple[Dependence, ...] = ()

    def __repr__(self) -> str:
        # `asyncio.run` makes the text of what it returns: that of all facts takes longer than reading them does
        return f"<KnowledgeGraph {self.version}: {len(self.entities)} entities>"


def make_graph(
    entities: Iterable[Entity],
    aliases: Iterable[Alias],
    *,
    relations: Iterable[Relation],
    cues: Iterable[Cue] = (),
    dependences: Iterable[Dependence] = (),
) -> KnowledgeGraph:
    """Return the graph of these facts, in any order; what is said of unknown entities is left out.

    Where two entities have one id, the first stays; where one dependence is told twice, the surest.
    """
    known: dict[str, Entity] = {}
    for entity in entities:
        known.setdefault(entity.id, entity)
    edges = sorted({edge for edge in relations if edge.source in known and edge.target in known}, key=_edge_key)
    degrees: dict[str, int] = dict.fromkeys(known, 0)
    for edge in edges:
        degrees[edge.source] += 1
        degrees[edge.target] += 1
    nodes = tuple(replace(known[key], degree=degrees[key]) for key in sorted(known))
    names = tuple(sorted(_strongest(aliases, known), key=_alias_key))
    hints = tuple(sorted(set(cues), key=lambda cue: (cue.subject, cue.word, cue.weight)))
    unnamed = KnowledgeGraph("", nodes, names, tuple(edges), hints, tuple(_surest(dependences, known)))
    return replace(unnamed, version=_version(to_lines(unnamed)))


def _version(lines: Iterable[bytes]) -> str:
    digest = hashlib.sha256(b"\n".join(lines)).hexdigest()
    return f"kg-{digest[:_VERSION_HEX_DIGITS]}"


def to_lines(graph: KnowledgeGraph) -> Iterator[bytes]:
    """Yield the graph's canonical JSON lines, the version excepted."""
    for entity in graph.entities:
        yield _line("entity", entity)
    for alias in graph.aliases:
        yield _line("alias", alias)
    for relation in graph.relations:
        yield _line("relation", relation)
    for cue in graph.cues:
        yield _line("cue", cue)
    for dependence in graph.dependences:
        yield _line("dependence", dependence_fields(dependence))


def _line(kind: str, fact: Entity | Alias | Relation | Cue | dict[str, object]) -> bytes:
    return b'{"fact":"%s",%s' % (kind.encode(), orjson.dumps(fact)[1:])


def from_lines(lines: Sequence[bytes]) -> KnowledgeGraph:
    """Return the graph that `to_lines` wrote, named by these lines; ValueError or KeyError where one is none of its."""
    entities: list[Entity] = []
    aliases: list[Alias] = []
    relations: list[Relation] = []
    cues: list[Cue] = []
    dependences: list[Dependence] = []
    for line in lines:
        fields = orjson.loads(line)
        match fields.pop("fact"):
            case "entity":
                entities.append(entity_from(fields))
            case "alias":
                aliases.append(Alias(**(fields | {"style": _STYLES[fields["style"]]})))
            case "relation":
                relations.append(Relation(**(fields | {"kind": _RELATIONS[fields["kind"]]})))
            case "cue":
                cues.append(Cue(**fields))
            case "dependence":
                dependences.append(dependence_from(fields))
            case other:
                raise ValueError(f"a knowledge graph has no fact of kind {other!r}")
    facts = (tuple(entities), tuple(aliases), tuple(relations), tuple(cues), tuple(dependences))
    return KnowledgeGraph(_version(lines), *facts)


def entity_from(fields: dict[str, object]) -> Entity:
    """Return the entity that these JSON fields describe."""
    return Entity(**(fields | {"kind": _ENTITIES[fields["kind"]]}))  # type: ignore[arg-type, index]


def _strongest(aliases: Iterable[Alias], known: dict[str, Entity]) -> Iterable[Alias]:
    best: dict[tuple[str, str | None, AliasStyle], Alias] = {}
    for alias in aliases:
        if not alias.text.strip() or (alias.entity is not None and alias.entity not in known):
            continue
        key = (alias.text, alias.entity, alias.style)
        if key not in best or (best[key].prior, best[key].common) < (alias.prior, alias.common):
            best[key] = alias
    return best.values()


def _surest(dependences: Iterable[Dependence], known: dict[str, Entity]) -> list[Dependence]:
    """Return each statement once, in order; of two about the same begin that with the greater confidence."""
    best: dict[tuple[str, ...], Dependence] = {}
    for one in dependences:
        if one.source != one.target and one.source in known and one.target in known:
            other = best.setdefault(one.key, one)
            if other != one and _preference(one) < _preference(other):
                best[one.key] = one
    return [best[key] for key in sorted(best)]


def _preference(dependence: Dependence) -> tuple[float, str]:
    return -dependence.confidence, repr(dependence)


def _alias_key(alias: Alias) -> tuple[str, str, str]:
    return alias.text, alias.entity or "", alias.style


def _edge_key(edge: Relation) -> tuple[str, str, str]:
    return edge.source, edge.kind, edge.target
