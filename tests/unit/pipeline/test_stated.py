"""What an event tells of the others in its document: companies and products, as surely as of its own entity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stream_app.events.entity import EntityKind
from stream_app.pipeline.stated import shock_of
from stream_app.pipeline.statements import EntityStatement, Statements
from stream_app.pipeline.statements.statement import Modality
from tests.factories import linked

KINDS = {
    "copper": EntityKind.COMMODITY,
    "mine": EntityKind.PRODUCT,
    "bhp": EntityKind.COMPANY,
    "chile": EntityKind.COUNTRY,
}


@pytest.mark.parametrize(
    ("price", "mine", "is_told"),
    [
        ("stated", "stated", True),
        ("stated", "hypothetical", False),
        ("hypothetical", "hypothetical", True),
        ("hypothetical", "ended", True),
        ("hypothetical", "denied", False),
    ],
)
def test_a_price_tells_how_companies_and_products_move(price: Modality, mine: Modality, *, is_told: bool) -> None:
    names = dict.fromkeys(KINDS, "Apple")
    document = linked(**names)
    entities = tuple(
        replace(one, entity=replace(one.entity, kind=kind))
        for one, kind in zip(document.entities, KINDS.values(), strict=True)
        if one.entity is not None
    )
    moves = (
        EntityStatement(move=0.9, modality=price),
        EntityStatement(move=-0.9, modality=mine),
        EntityStatement(),
        EntityStatement(move=-0.4, modality=mine),
    )
    of_price, of_mine = (shock_of(replace(document, entities=entities), Statements(moves), place) for place in (0, 1))
    assert of_price is not None
    assert [(one.entity_id, one.move) for one in of_price.beside] == [("company:mine", -0.9)] * is_told
    assert of_mine is not None
    assert of_mine.beside == ()
