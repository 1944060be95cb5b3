"""Documents on their way through the flow: decoded, then linked to the knowledge graph."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stream_app.events.document import Author, Engagement, Media, SourceKind
from stream_app.events.media_read import MediaRead
from stream_app.knowledge.entities import Entity

Field = Literal["title", "body", "media", "symbols"]
"""Where a mention stands; offsets in `symbols` count in the tickers joined by single spaces, those in `media` in the
texts of the images joined by line breaks."""

TEXTS: tuple[Field, ...] = ("title", "body", "media")
"""The fields that are read as text, in their order."""


@dataclass(frozen=True, slots=True)
class TextDocument:
    """A decoded record: HTML is stripped, times are in UTC, missing texts are empty.

    `lang` is the primary subtag that the producer gave, such as `en`; nobody has checked it. `media_text` and
    `media_read` are empty until its images are read.
    """

    id: str
    source: str | None
    source_kind: SourceKind
    title: str
    body: str
    published_at: datetime
    received_at: datetime
    lang: str | None = None
    url: str | None = None
    author: Author | None = None
    symbols: tuple[str, ...] = ()
    engagement: Engagement | None = None
    media: tuple[Media, ...] = ()
    media_text: str = ""
    media_read: tuple[MediaRead, ...] = ()

    def text_of(self, field: Field) -> str:
        """Return the text that offsets of `field` refer to."""
        match field:
            case "title":
                return self.title
            case "body":
                return self.body
            case "media":
                return self.media_text
            case "symbols":
                return " ".join(self.symbols)


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `[start, end)` of a field of the document."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LinkedEntity:
    """One entity of a document with all its mentions, in the order title, body, symbols.

    `entity` is None where a mention was given from outside and names nothing that is known.
    """

    entity: Entity | None
    mentions: tuple[Mention, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class LinkedDocument:
    """A document and the entities that it names, each once, in the order of their first mentions."""

    document: TextDocument
    entities: tuple[LinkedEntity, ...]
    kg_version: str
