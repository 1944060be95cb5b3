"""What became of something that came with a document's text: the text that was read in it, or why none was."""

from __future__ import annotations

from pydantic import Field, NonNegativeInt

from stream_app.events.schema import Schema
from stream_app.events.span import Fraction


class MediaRead(Schema):
    """One of the document's `media`, in their order; spans of the field `media` lie in the texts of all of them."""

    kind: str
    text: str | None = Field(default=None, description="The text that was read in it; empty where it shows none.")
    start: NonNegativeInt | None = Field(default=None, description="Where `text` begins in the field `media`.")
    confidence: Fraction | None = Field(default=None, description="How surely it was read, by its length.")
    unread: str | None = Field(default=None, description="Why it was not read; null where it was.")
