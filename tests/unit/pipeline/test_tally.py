"""The accounts of a run balance exactly when every document has one outcome."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from stream_app.events.dead_letter import DeadLetter
from stream_app.events.examples import example
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.topics import DEAD_LETTERS, SENTIMENT
from stream_app.pipeline.records import Record
from stream_app.pipeline.tally import Tally


def record(value: bytes) -> Record:
    return Record("news.raw", 0, 0, key=None, value=value, received_at=datetime(2024, 5, 2, tzinfo=UTC))


def document(ident: str) -> Record:
    return record(json.dumps({"id": ident, "title": "A", "published_at": "2024-05-01T00:00:00Z"}).encode())


def event(ident: str, entity: str) -> SentimentEvent:
    return SentimentEvent.model_validate(
        example(SENTIMENT).model_dump() | {"document_id": ident, "event_id": f"{ident}/{entity}"}
    )


def letter(offset: int) -> DeadLetter:
    return DeadLetter.model_validate(example(DEAD_LETTERS).model_dump() | {"offset": offset})


@pytest.fixture
def balanced() -> Tally:
    """Two documents, one of them fed twice, and two bad records that are alike."""
    tally = Tally()
    for one in (document("a"), document("b"), document("a"), record(b"{broken"), record(b"{broken")):
        tally.fed(one)
    for one in (event("a", "x"), event("a", "y"), event("b", "x")):
        tally.emitted(one)
    for offset in (1, 2):
        tally.rejected(letter(offset))
    return tally


def test_documents_are_those_with_events_and_dead_letters(balanced: Tally) -> None:
    assert balanced.missing == 0
    assert balanced.counts() == {
        "records": 5,
        "repeats": 1,
        "documents": 4,
        "documents_with_events": 2,
        "dead_letters": 2,
        "events": 3,
        "risks": 0,
    }


def test_what_is_delivered_twice_counts_once(balanced: Tally) -> None:
    before = balanced.counts()
    balanced.emitted(event("a", "x"))
    balanced.rejected(letter(1))
    assert balanced.counts() == before


def test_a_document_without_an_outcome_is_missing(balanced: Tally) -> None:
    balanced.fed(document("c"))
    assert balanced.missing == 1


def test_an_outcome_too_many_does_not_balance(balanced: Tally) -> None:
    balanced.rejected(letter(3))
    assert balanced.missing == -1
