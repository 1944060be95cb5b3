"""Records of our own topics: read as what they hold, or rejected; they are written by programs, so few are."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from stream_app.events.dead_letter import ErrorKind
from stream_app.events.schema import Schema
from stream_app.events.topics import DEAD_LETTERS
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record, Rejection

_T = TypeVar("_T", bound=Schema)


def read(record: Record, schema: type[_T]) -> _T | Rejection:
    """Return what the record holds, or why it does not hold that."""
    try:
        return schema.model_validate_json(record.value or b"")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or None
        kind = ErrorKind.NOT_JSON if first["type"] == "json_invalid" else ErrorKind.WRONG_TYPE
        return Rejection(kind, field, first["msg"])


def dead_letter(record: Record, rejection: Rejection, now: datetime) -> Message:
    """Return the message that carries a rejected record."""
    letter = rejection.dead_letter(record, now)
    return Message(DEAD_LETTERS.name, record.topic.encode(), letter.model_dump_json().encode())
