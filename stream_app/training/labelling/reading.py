"""Corrections, events and documents out of lines and records: what is needed of each to know whose label is whose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from stream_app.errors import DataError
from stream_app.events.correction import Correction
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.topics import INPUTS
from stream_app.pipeline.decode import decode
from stream_app.pipeline.documents import Mention, TextDocument
from stream_app.pipeline.records import Record
from stream_app.training.labelling.corrections import Place, place_of

_INPUTS = tuple(one.name for one in INPUTS)


def latest(
    values: Iterable[tuple[str | None, bytes | None]], wrong: Callable[[DataError], None] | None = None
) -> dict[str, Correction]:
    """Return the last correction of each event; `values` are a record's key and value, a null value takes one back.

    What is no correction is left out and told to `wrong`, as in a topic, which nobody can mend; without it, DataError.
    """
    found: dict[str, Correction] = {}
    for key, value in values:
        if value is None:
            found.pop(key or "", None)
            continue
        try:
            correction = Correction.model_validate_json(value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "it"
            told = DataError(f"a correction is wrong ({where}: {first['msg']}): {value[:200]!r}; mend it")
            if wrong is None:
                raise told from error
            wrong(told)
            continue
        found[correction.event_id] = correction
    return found


def places(values: Iterable[bytes | None], wanted: Iterable[str]) -> dict[str, Place | None]:
    """Return what the wanted events speak of; `values` are events of `sentiment.events`.

    None is said of one that this program cannot read, as an earlier program may have written it.
    """
    asked = set(wanted)
    found: dict[str, Place | None] = {}
    for value in values:
        event_id = _field(value, "event_id")
        if value is not None and event_id in asked:
            try:
                found[event_id] = place_of(SentimentEvent.model_validate_json(value))
            except ValidationError:
                found.setdefault(event_id, None)
    return found


def documents(records: Iterable[Record], wanted: Iterable[str]) -> dict[str, TextDocument]:
    """Return the wanted documents by their id, in the form that was read last."""
    asked = set(wanted)
    read = (decode(record) for record in records)
    return {one.id: one for one in read if isinstance(one, TextDocument) and one.id in asked}


def selected(lines: Iterable[bytes], topic: str, *, now: datetime) -> tuple[dict[str, Place], dict[str, TextDocument]]:
    """Return what the lines of `model select` answer for, and their documents; DataError where one is none.

    `topic` is where documents came from whose line does not tell.
    """
    found: dict[str, Place] = {}
    texts: dict[str, TextDocument] = {}
    for number, line in enumerate(lines, start=1):
        try:
            fields = orjson.loads(line)
            row = {name: fields[name] for name in ("title", "body", "source", "published_at")}
            value = orjson.dumps(row | {"id": fields["document_id"]})
            document = decode(Record(_input(fields, topic), 0, 0, key=None, value=value, received_at=now))
            if not isinstance(document, TextDocument):
                raise ValueError(document.message)  # noqa: TRY004, TRY301  (told with its line, as any other)
            found |= dict(_places(fields))
            texts[document.id] = document
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"line {number} is none of `stream-app model select` ({error!r}); mend it") from error
    return found, texts


def _input(fields: dict[str, Any], otherwise: str) -> str:
    """Return the name of the input topic that a line tells; ValueError where it is none."""
    topic = fields.get("topic", otherwise)
    if topic not in _INPUTS:
        raise ValueError(f"topic {topic!r} is none of {', '.join(_INPUTS)}")
    return str(topic)


def _places(fields: dict[str, Any]) -> Iterator[tuple[str, Place]]:
    if event_id := fields["scores"]["document"].get("event_id"):
        yield event_id, Place(fields["document_id"], None)
    for one in fields["scores"]["entities"]:
        mentions = tuple(Mention(span["field"], span["start"], span["end"]) for span in one["mentions"])
        yield one["event_id"], Place(fields["document_id"], mentions)


def _field(value: bytes | None, name: str) -> str | None:
    try:
        fields = orjson.loads(value or b"null")
    except orjson.JSONDecodeError:
        return None
    found = fields.get(name) if isinstance(fields, dict) else None
    return found if isinstance(found, str) else None
