"""Looking entities up by hand: whom a name means, where it is somebody else's ticker as well."""

from __future__ import annotations

import pytest

from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.search import find_entities


@pytest.mark.parametrize(
    ("query", "entity"),
    [
        ("ABB", "company:abb"),
        ("BYD", "company:byd"),
        ("HP", "company:hp"),
        ("ING", "company:ing"),
        ("Siemens", "company:siemens"),
        ("LNG", "commodity:natural-gas"),
        ("NOK", "currency:nok"),
        ("RBI", "central_bank:reserve-bank-of-india"),
        ("AAPL", "company:apple"),
        ("T", "company:att"),
        ("company:abb-india", "company:abb-india"),
    ],
)
def test_a_bare_ticker_that_is_a_name_as_well_means_whom_texts_mean(
    graph: KnowledgeGraph, query: str, entity: str
) -> None:
    assert find_entities(graph, query)[0].id == entity


@pytest.mark.parametrize(
    ("query", "entity"),
    [("$LNG", "company:cheniere"), ("$BYD", "company:boyd-gaming"), ("$RRR", "company:red-rock-resorts")],
)
def test_with_a_sign_the_ticker_is_meant(graph: KnowledgeGraph, query: str, entity: str) -> None:
    assert find_entities(graph, query)[0].id == entity


def test_who_bears_the_ticker_is_named_too(graph: KnowledgeGraph) -> None:
    assert "company:abb-india" in {one.id for one in find_entities(graph, "ABB")}
