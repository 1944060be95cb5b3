"""Where in a document something stands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from stream_app.events.schema import Schema

Fraction = Annotated[float, Field(ge=0, le=1)]


class Span(Schema):
    """Characters `[start, end)` of a field of the document, HTML stripped; `media` is the text in its images."""

    text: str
    start: NonNegativeInt
    end: NonNegativeInt
    field: Literal["title", "body", "media", "symbols"]
