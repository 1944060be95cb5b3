"""What a document states, in the words of the events: offsets become spans with their text."""

from __future__ import annotations

from stream_app.events.span import Span
from stream_app.events.stated_shock import StatedShock
from stream_app.events.verdict import Causal, CausalRelation
from stream_app.pipeline.documents import Field, TextDocument
from stream_app.pipeline.statements import EntityStatement, Statements

_DECIMALS = 6


def shock_of(document: TextDocument, stated: Statements | None, place: int) -> StatedShock | None:
    """Return what is stated to happen to the entity at this place; None where the language is not read by rules."""
    said = stated.entities[place] if stated else None
    return _shock(document, said) if said else None


def _shock(document: TextDocument, said: EntityStatement) -> StatedShock:
    relation = said.relation
    return StatedShock(
        move=round(said.move, _DECIMALS) + 0.0,  # no −0
        modality=said.modality,
        tense=said.tense,
        role=said.role,
        certainty=said.certainty,
        words=said.words and _span(document, said.field, said.words),
        cause=relation and _span(document, relation.field, relation.cause),
        effect=relation and _span(document, relation.field, relation.effect),
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
