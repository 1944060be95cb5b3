"""Values for tests, with their defaults in one place: a test names only what it is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from stream_app.events.document import Author
from stream_app.events.entity import EntityKind, EntityRef
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.topics import NEWS
from stream_app.knowledge.entities import Entity
from stream_app.pipeline.documents import LinkedDocument, LinkedEntity, Mention, TextDocument
from stream_app.pipeline.fingerprint import fingerprint
from stream_app.pipeline.novelty import Query
from stream_app.pipeline.records import Record

T = TypeVar("T")

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
RECEIVED = START + timedelta(seconds=2)
HEADLINE = "Apple raises its outlook after strong demand while Boeing slumps"
KG_VERSION = "kg-test"


def minutes(count: float) -> timedelta:
    """Return a duration."""
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    """Return a duration."""
    return timedelta(hours=count)


def raw_document(**fields: Any) -> dict[str, Any]:
    """Return a document as a producer sends it; a field that is given as `...` is left out."""
    whole = {"id": "doc-1", "source": "Test Wire", "title": HEADLINE, "published_at": START.isoformat()} | fields
    return {name: value for name, value in whole.items() if value is not ...}


def record(value: bytes | None = None, *, offset: int = 0, topic: str = NEWS.name, **fields: Any) -> Record:
    """Return a record that holds `value`, else the document of these fields."""
    content = json.dumps(raw_document(**fields)).encode() if value is None else value
    return Record(topic, 0, offset, b"key", content, RECEIVED)


def document(**fields: Any) -> TextDocument:
    """Return a decoded document."""
    defaults: dict[str, Any] = {
        "id": "doc-1",
        "source": "Test Wire",
        "source_kind": "news",
        "title": HEADLINE,
        "body": "",
        "published_at": START,
        "received_at": RECEIVED,
    }
    return TextDocument(**(defaults | fields))


def entity(key: str = "company:apple", **fields: Any) -> Entity:
    """Return a company of the graph."""
    defaults: dict[str, Any] = {"id": key, "kind": EntityKind.COMPANY, "name": key.partition(":")[2].title()}
    return Entity(**(defaults | fields))


def mention_of(text: str, document: TextDocument) -> Mention:
    """Return where `text` stands first in the document."""
    field = "title" if text in document.title else "body"
    start = document.text_of(field).index(text)
    return Mention(field, start, start + len(text))


def linked(of: TextDocument | None = None, **names: str) -> LinkedDocument:
    """Return a linked document; `apple="Apple"` links company:apple to where “Apple” stands first."""
    of = of or document()
    entities = tuple(
        LinkedEntity(entity(f"company:{key}"), (mention_of(text, of),), confidence=0.9) for key, text in names.items()
    )
    return LinkedDocument(of, entities, KG_VERSION)


def query(document_id: str = "doc-1", title: str = HEADLINE, body: str = "", **fields: Any) -> Query:
    """Return a document as novelty sees it; it names Apple, at `START`."""
    defaults: dict[str, Any] = {"published_at": START, "entities": frozenset({"company:apple"})}
    return Query(document_id, fingerprint=fingerprint(title, body), **(defaults | fields))


async def at_once(work: Callable[[], T]) -> T:
    """Compute without a thread."""
    return work()


def sentiment_event(number: int = 0, **fields: Any) -> SentimentEvent:
    """Return an event of a news story of its own about Apple; `number` makes its ids."""
    at = fields.pop("at", START)
    defaults: dict[str, Any] = {
        "event_id": f"event-{number:06d}",
        "document_id": f"doc-{number:06d}",
        "story_id": f"story-{number:06d}",
        "model_version": "model-test",
        "kg_version": KG_VERSION,
        "published_at": at,
        "received_at": max(at, RECEIVED),
        "processed_at": max(at, RECEIVED),
        "source": "Test Wire",
        "source_kind": "news",
        "entity": EntityRef(id="company:apple", name="Apple", kind=EntityKind.COMPANY),
        "polarity": 0.5,
        "entity_count": 1,
        "novelty": 1.0,
    }
    return SentimentEvent(**(defaults | fields))


def post(number: int = 0, *, handle: str | None = None, followers: int | None = None, **fields: Any) -> SentimentEvent:
    """Return an event of a post; nothing is known of its author unless it is said."""
    author = Author(handle=handle, followers=followers)
    return sentiment_event(number, **({"source": "social", "source_kind": "social", "author": author} | fields))
