"""One line of JSON as a document to score alone, without a stream around it: what it may leave out, and given spans."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import NonNegativeInt, TypeAdapter, ValidationError

from stream_app.events.dead_letter import ErrorKind
from stream_app.events.schema import Schema
from stream_app.pipeline.decode import decode
from stream_app.pipeline.documents import Mention, TextDocument
from stream_app.pipeline.json_object import NotAnObject, json_object
from stream_app.pipeline.records import Record, Rejection


class _GivenMention(Schema):
    """Characters of a text as the line has it; without a field, of the only text or else of the body."""

    start: NonNegativeInt
    end: NonNegativeInt
    field: Literal["title", "body"] | None = None


_GIVEN = TypeAdapter(list[_GivenMention])


@dataclass(frozen=True, slots=True)
class Line:
    """A document, and the spans to score in place of those that linking would find; None: let linking find them."""

    document: TextDocument
    given: tuple[Mention, ...] | None


def read_line(value: bytes, topic: str, *, now: datetime) -> Line | Rejection:
    """Return what the line holds, or why it holds nothing to score.

    A line may lack `published_at`, and may call its only text `text`. Where `mentions` are given, texts are taken
    as they stand, markup and all, since the offsets count in them.
    """
    try:
        fields = _complete(json_object(value), now)
    except NotAnObject as error:
        return Rejection(ErrorKind.NOT_JSON, None, str(error))
    complete = json.dumps(fields, ensure_ascii=False).encode()
    document = decode(Record(topic, 0, 0, key=None, value=complete, received_at=now))
    if isinstance(document, Rejection):
        return document
    given = fields.get("mentions")
    if given is None:
        return Line(document, None)
    return _with_mentions(replace(document, title=fields.get("title") or "", body=fields.get("body") or ""), given)


def _complete(fields: dict[str, Any], now: datetime) -> dict[str, Any]:
    fields = {"published_at": now.isoformat()} | {name: value for name, value in fields.items() if value is not None}
    if "text" in fields and not fields.keys() & {"title", "body"}:
        fields["body"] = fields["text"]
    return fields


def _with_mentions(document: TextDocument, given: Any) -> Line | Rejection:  # noqa: ANN401  (any JSON)
    try:
        spans = _GIVEN.validate_python(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return _bad_mentions(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    usual: Literal["title", "body"] = "body" if document.body else "title"
    mentions = tuple(Mention(span.field or usual, span.start, span.end) for span in spans)
    for mention in mentions:
        if not mention.start < mention.end <= len(document.text_of(mention.field)):
            return _bad_mentions(f"{mention.start} to {mention.end} is no part of the {mention.field}")
    return Line(document, mentions)


def _bad_mentions(message: str) -> Rejection:
    return Rejection(ErrorKind.WRONG_TYPE, "mentions", message)
