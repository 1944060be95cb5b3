"""A linked document to what it states: each sentence that names someone is read, and for each entity one move kept."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.pipeline.documents import TEXTS, Field, LinkedDocument, LinkedEntity, Mention, TextDocument
from stream_app.pipeline.language import language_of
from stream_app.pipeline.sentences import sentence_starts
from stream_app.pipeline.statements.dread import is_dreaded
from stream_app.pipeline.statements.joining import joined
from stream_app.pipeline.statements.judgement import Said, said_in, spoken_of
from stream_app.pipeline.statements.pieces import Named
from stream_app.pipeline.statements.statement import CausalReading, CausalRelation, EntityStatement, Span, Statements

LANGUAGES = frozenset({"en", "zh"})
MOST_SENTENCES = 256
"""Sentences with names that are read of one field."""


@dataclass(slots=True)
class _Ledger:
    """What was found so far, by the entities' numbers."""

    best: dict[int, tuple[tuple[int, ...], EntityStatement]] = field(default_factory=dict)
    relations: list[CausalRelation] = field(default_factory=list)

    def add(self, who: int, said: Said, *, place: Field, order: int) -> None:
        """Keep what is said, where it is worth more than what was said of the same entity before."""
        rank = (said.rank[0], TEXTS.index(place), *said.rank[1:], order)
        if who not in self.best or rank < self.best[who][0]:
            self.best[who] = rank, said.statement(place)


def state(
    linked: LinkedDocument, reading: CausalReading | None = None, told: Sequence[Sequence[float] | None] = ()
) -> Statements:
    """Return what the document states, by rules for English and Chinese.

    A model adds what it makes of it: `reading` of causes and effects, `told` of each entity the probabilities of
    `STATEMENTS`.

    Takes time proportional to the text, whatever stands in it.
    """
    nothing: list[EntityStatement | None] = [None] * len(linked.entities)
    if LANGUAGES.isdisjoint({linked.document.lang, language_of(linked)}):
        return Statements(tuple(nothing))
    ledger = _Ledger()
    for place in TEXTS:
        _read_field(linked, place, ledger)
    read = [ledger.best[who][1] if who in ledger.best else EntityStatement() for who in range(len(nothing))]
    entities = tuple(joined(said, one) if one else said for said, one in zip_longest(read, told))
    return _with_causes(linked, Statements(entities, tuple(ledger.relations)), reading)


def _with_causes(linked: LinkedDocument, found: Statements, reading: CausalReading | None) -> Statements:
    """Return the rules' findings with a model's judgement of cause and effect in place of theirs, where it has one."""
    if reading is None:
        return found
    told = tuple(CausalRelation(reading.field, cause, effect) for cause, effect in reading.relations)
    entities = tuple(
        said and _placed(said, one, told) for one, said in zip(linked.entities, found.entities, strict=True)
    )
    return Statements(entities, told or found.relations, reading.probability)


def _placed(said: EntityStatement, entity: LinkedEntity, told: Sequence[CausalRelation]) -> EntityStatement:
    """Return the statement with the entity's place in the first relation that names it, its effect before its cause."""
    for relation in told:
        if _stands_in(entity, relation.field, relation.effect):
            return replace(said, role="effect", relation=relation)
        if _stands_in(entity, relation.field, relation.cause):
            return replace(said, role="cause", relation=relation)
    return said


def _stands_in(entity: LinkedEntity, place: Field, span: Span) -> bool:
    return any(one.field == place and span[0] <= one.start and one.end <= span[1] for one in entity.mentions)


def _read_field(linked: LinkedDocument, place: Field, ledger: _Ledger) -> None:
    text = linked.document.text_of(place)
    names, doubles = _names(linked, place)
    for order, (start, end, named) in enumerate(_sentences(linked.document, place, names)):
        if order == MOST_SENTENCES:
            return
        found = said_in(text, named, start=start, end=end)
        ledger.relations.extend(CausalRelation(place, one.cause, one.effect) for one in found.relations)
        for one in named:
            best = min(found.of(one), key=lambda said: said.rank, default=None) or spoken_of(found, one)
            for who in (one.who, *doubles.get(one, ())):
                ledger.add(who, best, place=place, order=order)


def _names(linked: LinkedDocument, place: Field) -> tuple[list[Named], Mapping[Named, list[int]]]:
    """Return the names in a field, none overlapping another, and who else is meant where given spans overlap."""
    every = sorted(
        (
            _named(mention, who, one.entity)
            for who, one in enumerate(linked.entities)
            for mention in one.mentions
            if mention.field == place
        ),
        key=lambda one: (one.start, -one.end, one.who),
    )
    kept: list[Named] = []
    doubles: dict[Named, list[int]] = defaultdict(list)
    for one in every:
        if kept and one.start < kept[-1].end:
            doubles[kept[-1]].append(one.who)
        else:
            kept.append(one)
    return kept, doubles


def _named(mention: Mention, who: int, entity: Entity | None) -> Named:
    kind = entity.kind if entity else EntityKind.COMPANY
    dreaded = entity is not None and kind is EntityKind.MACRO_INDICATOR and is_dreaded(entity.name)
    return Named(mention.start, mention.end, who, kind, dreaded)


def _sentences(
    document: TextDocument, place: Field, names: Sequence[Named]
) -> Iterator[tuple[int, int, Sequence[Named]]]:
    """Yield each sentence that names someone, with its names; a name that ends in the next one is left out."""
    if not names:
        return
    text = document.text_of(place)
    starts = sentence_starts(text)
    within: dict[int, list[Named]] = defaultdict(list)
    for one in names:
        within[bisect_right(starts, one.start) - 1].append(one)
    for number, named in within.items():
        end = starts[number + 1] if number + 1 < len(starts) else len(text)
        whole = [one for one in named if one.end <= end]
        if whole:
            yield starts[number], end, whole
