"""What a document states, in the words of the events: offsets become spans with their text."""

from __future__ import annotations

from collections.abc import Iterator

from stream_app.events.entity import EntityKind
from stream_app.events.span import Span
from stream_app.events.stated_shock import OtherMove, StatedShock
from stream_app.events.verdict import Causal, CausalRelation
from stream_app.pipeline.documents import Field, LinkedDocument, TextDocument
from stream_app.pipeline.statements import EntityStatement, Statements

_DECIMALS = 6
_MOST_BESIDE = 20
_FORTUNES = frozenset({EntityKind.COMPANY, EntityKind.INDUSTRY, EntityKind.PERSON, EntityKind.PRODUCT})
_OTHERS = frozenset({EntityKind.COMPANY, EntityKind.PRODUCT})
_FACTS = frozenset({"stated", "ended"})


def shock_of(linked: LinkedDocument, stated: Statements | None, place: int) -> StatedShock | None:
    """Return what is stated to happen to the entity at this place; None where the language is not read by rules."""
    said = stated.entities[place] if stated else None
    if stated is None or said is None:
        return None
    entity = linked.entities[place].entity
    beside = () if entity is None or entity.kind in _FORTUNES else tuple(_moves_of_others(linked, stated, said))
    return _shock(linked.document, said, beside[:_MOST_BESIDE])


def _moves_of_others(linked: LinkedDocument, stated: Statements, asked: EntityStatement) -> Iterator[OtherMove]:
    """Yield what is stated of companies and products, as surely as what is stated of the one that is asked about."""
    for one, said in zip(linked.entities, stated.entities, strict=True):
        if one.entity is None or one.entity.kind not in _OTHERS or said is None or not said.move:
            continue
        if said.modality in _FACTS or said.modality == asked.modality:
            yield OtherMove(entity_id=one.entity.id, move=round(said.move, _DECIMALS))


def _shock(document: TextDocument, said: EntityStatement, beside: tuple[OtherMove, ...]) -> StatedShock:
    relation = said.relation
    return StatedShock(
        move=round(said.move, _DECIMALS) + 0.0,  # no −0
        modality=said.modality,
        tense=said.tense,
        role=said.role,
        certainty=said.certainty,
        words=said.words and _span(document, said.field, said.words),
        side=said.side,
        cause=relation and _span(document, relation.field, relation.cause),
        effect=relation and _span(document, relation.field, relation.effect),
        beside=beside,
    )


def _span(document: TextDocument, field: Field, span: tuple[int, int]) -> Span:
    start, end = span
    return Span(text=document.text_of(field)[start:end], start=start, end=end, field=field)


def causal_of(stated: Statements | None) -> Causal:
    """Return the causes and effects of the whole document."""
    if stated is None:
        return Causal()
    relations = tuple(CausalRelation(cause=one.cause, effect=one.effect, field=one.field) for one in stated.relations)
    return Causal(probability=stated.probability, relations=relations)
