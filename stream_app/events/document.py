"""What comes in on `news.raw` and `social.raw`: one news item or one post."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, FailFast, Field, NonNegativeInt, StringConstraints

from stream_app.events.instants import EventTime
from stream_app.events.schema import Schema

MAX_COUNT = 2**53
"""Counts above it are not exact in JSON readers of other languages."""

MAX_ID_CHARACTERS = 512
MAX_NAME_CHARACTERS = 512


def _whole(value: object) -> object:
    """Take 5.0 for 5, as tables with gaps write their counts, but neither "5" nor true."""
    if isinstance(value, str | bool):
        raise ValueError("should be a whole number, not a text or a truth value")  # noqa: TRY004  (pydantic's way)
    return value


Count = Annotated[NonNegativeInt, Field(le=MAX_COUNT), BeforeValidator(_whole)]
Identity = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS)]
"""A text, not a number: readers of JSON that keep 53 bits would make one document of several."""


Name = Annotated[str, StringConstraints(max_length=MAX_NAME_CHARACTERS)]
"""Each event of a document repeats it, and one document may name thousands of entities."""


class Author(Schema):
    """Who wrote the document."""

    handle: Name | None = None
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
    """One news item or post. `title` or `body` has text, or an image shows some; `published_at` is its event time."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [field]} for field in ("title", "body", "media")]}
    )

    id: Identity | None = Field(default=None, description="Else a hash of source, time and text.")
    source: Name | None = None
    title: str | None = None
    body: str | None = None
    lang: str | None = Field(default=None, description="ISO 639-1, such as `en`.")
    url: str | None = None
    published_at: EventTime = Field(description="RFC 3339; no zone means UTC.")
    author: Author | None = None
    symbols: Annotated[tuple[str, ...], FailFast()] = ()
    engagement: Engagement | None = None
    media: Annotated[tuple[Media, ...], FailFast()] = ()


SourceKind = Literal["news", "social"]
"""Which of the two input topics a document came from."""
