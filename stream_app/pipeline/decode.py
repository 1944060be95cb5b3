"""The first step of the flow: a record becomes a document, or a rejection that says which field is at fault and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from stream_app.events.dead_letter import ErrorKind
from stream_app.events.document import Document, SourceKind
from stream_app.events.ids import document_id
from stream_app.events.instants import BAD_TIME
from stream_app.events.topics import SOCIAL
from stream_app.pipeline.clean import is_blank, without_markup
from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.json_object import NotAnObject, json_object
from stream_app.pipeline.pictures import image_names, refused
from stream_app.pipeline.records import Record, Rejection

MAX_BYTES = 256 * 1024
FUTURE_TOLERANCE = timedelta(days=1)
"""How far a document's time may lie ahead of the broker's time stamp."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""What is older is no date but a time that was left empty, such as the year 1 of Go and .NET."""

_TIME_FIELD = "published_at"
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?![A-Za-z])")


def decode(record: Record) -> TextDocument | Rejection:
    """Return the document that the record holds, or why it holds none; raises for no bytes whatever."""
    value = record.value or b""
    if len(value) > MAX_BYTES:
        message = f"the record has {len(value)} bytes, {MAX_BYTES} are allowed"
        return Rejection(ErrorKind.TOO_LARGE, None, message)
    try:
        document = _document(json_object(value))
    except NotAnObject as error:
        return Rejection(ErrorKind.NOT_JSON, None, str(error) if value else "the record has no value")
    except ValidationError as error:
        return _invalid(error)
    if document.published_at < EARLIEST:
        message = f"{document.published_at.isoformat()} is before {EARLIEST.year}: a time that was never set?"
        return Rejection(ErrorKind.BAD_TIME, _TIME_FIELD, message)
    if document.published_at > record.received_at + FUTURE_TOLERANCE:
        message = f"{document.published_at.isoformat()} is over a day after the record was received"
        return Rejection(ErrorKind.FUTURE_TIME, _TIME_FIELD, message)
    return _text_document(document, record)


def _document(fields: dict[str, Any]) -> Document:
    """Validate; null stands for a field that is not there."""
    return Document.model_validate({name: value for name, value in fields.items() if value is not None})


def _invalid(error: ValidationError) -> Rejection:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == BAD_TIME:
        return Rejection(ErrorKind.BAD_TIME, field, message)
    if first["type"] == "missing" and field == _TIME_FIELD:
        return Rejection(ErrorKind.NO_TIME, field, "the document does not say when it was published")
    return Rejection(ErrorKind.WRONG_TYPE, field, f"{field}: {message}")


def _text_document(document: Document, record: Record) -> TextDocument | Rejection:
    title, body = _seen(document.title), _seen(document.body)
    images = image_names(document.media)
    if (place := refused(document.media)) is not None:
        return _refused(document.media[place].kind, place)
    if not (title or body or images):
        return _without_text(document)
    return TextDocument(
        id=document.id or document_id(document.source, document.published_at, "\n".join((title, body, *images))),
        source=document.source,
        source_kind=_source_kind(record.topic),
        title=title,
        body=body,
        published_at=document.published_at,
        received_at=record.received_at,
        lang=_language(document.lang),
        url=document.url,
        author=document.author,
        symbols=tuple(symbol for symbol in document.symbols if not is_blank(symbol)),
        engagement=document.engagement,
        media=document.media,
    )


def _seen(raw: str | None) -> str:
    text = without_markup(raw) if raw else ""
    return "" if is_blank(text) else text


def _refused(kind: str, place: int) -> Rejection:
    message = f"{kind[:40]} is not read: there is no model for it; send what it says as the body, without it"
    return Rejection(ErrorKind.UNSUPPORTED_MEDIA, f"media.{place}", message)


def _without_text(document: Document) -> Rejection:
    if document.media:
        kinds = ", ".join(sorted({medium.kind[:40] for medium in document.media}))
        message = f"the document has no text, and media ({kinds:.200}) are not read"
        return Rejection(ErrorKind.UNSUPPORTED_MEDIA, "media", message)
    return Rejection(ErrorKind.NO_TEXT, "body", "neither title nor body has any text")


def _source_kind(topic: str) -> SourceKind:
    return "social" if topic == SOCIAL.name else "news"


def _language(given: str | None) -> str | None:
    """Return the primary subtag of what may be `en`, `en-GB` or `EN_us`."""
    found = _LANGUAGE.match(given or "")
    return found[1].lower() if found else None
