"""What comes in on `news.raw` and `social.raw`: one news item or one post."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, NonNegativeInt

from stream_app.events.schema import Instant, Schema

MAX_COUNT = 2**53
"""Counts above it are not exact in JSON readers of other languages."""

Count = Annotated[NonNegativeInt, Field(le=MAX_COUNT)]


class Author(Schema):
    """Who wrote the document."""

    handle: str | None = None
    followers: Count | None = None


class Engagement(Schema):
    """How the document was received when it was fetched."""

    likes: Count | None = None
    reposts: Count | None = None
    replies: Count | None = None


class Media(Schema):
    """Something that came with the text."""

    kind: str
    uri: str | None = None
    base64: str | None = None


class Document(Schema):
    """One news item or post. `title` or `body` has text; `published_at` is its event time."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["title"]}, {"required": ["body"]}]})

    id: str | None = Field(default=None, description="Else a hash of source, time and text.")
    source: str | None = None
    title: str | None = None
    body: str | None = None
    lang: str | None = Field(default=None, description="ISO 639-1, such as `en`.")
    url: str | None = None
    published_at: Instant = Field(description="RFC 3339; no zone means UTC.")
    author: Author | None = None
    symbols: tuple[str, ...] = ()
    engagement: Engagement | None = None
    media: tuple[Media, ...] = ()


SourceKind = Literal["news", "social"]
"""Which of the two input topics a document came from."""
