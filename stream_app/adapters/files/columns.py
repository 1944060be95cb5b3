"""Which column of a table goes into which field of a document, and in which shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from stream_app.errors import ConfigurationError, DataError
from stream_app.events.document import Author, Document, Engagement
from stream_app.events.schema import Schema

Columns = Mapping[str, str]
"""Field of a document (`title`, `author.handle`, …) to the column that holds it; `author` to one of records."""

Row = Mapping[str, Any]

_NESTED: Mapping[str, type[Schema]] = {"author": Author, "engagement": Engagement}
_COUNTS = frozenset({"author.followers", *(f"engagement.{name}" for name in Engagement.model_fields)})
_TEXTS = ("title", "body")
_TIME = "published_at"
_SYMBOLS = "symbols"
_BETWEEN_SYMBOLS = re.compile(r"[\s,;|]+")
_INTEGER = re.compile(r"[+-]?\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _fields() -> tuple[str, ...]:
    plain = [name for name in Document.model_fields if name not in {*_NESTED, "media"}]
    return (*plain, *(f"{name}.{inner}" for name, schema in _NESTED.items() for inner in schema.model_fields))


FIELDS = _fields()


def parse_columns(written: str) -> Columns:
    """Read `field=column,…`; ConfigurationError for a field that documents do not have."""
    return column_map(written, FIELDS, of="a document")


def column_map(written: str, fields: Collection[str], *, of: str) -> Columns:
    """Read `field=column,…`; ConfigurationError for a field that is none `of` what is read."""
    columns: dict[str, str] = {}
    for pair in filter(None, written.split(",")):
        field, separator, column = (part.strip() for part in pair.partition("="))
        if field not in fields or not separator or not column:
            raise ConfigurationError(f"“{pair}” is not field=column: the fields of {of} are {', '.join(fields)}")
        columns[field] = column
    return columns


def choose_columns(names: Collection[str], wanted: Columns, *, file: str) -> Columns:
    """Return the columns to read: the wanted ones, and those that are called like a field.

    Raises DataError for a wanted column that is missing, and where no column gives the text or the time.
    """
    lacking = sorted(set(wanted.values()).difference(names))
    if lacking:
        raise DataError(f"{file} has no column {', '.join(lacking)}: it has {_listed(names)}; mend --map")
    folded = {name.casefold(): name for name in names}
    chosen = {field: folded[field] for field in (*FIELDS, *_NESTED) if field in folded} | dict(wanted)
    for fields in (_TEXTS, (_TIME,)):
        if not any(field in chosen for field in fields):
            raise DataError(
                f"{file} has no column called {' or '.join(fields)}: it has {_listed(names)}; "
                f"say which one by --map {fields[0]}=COLUMN"
            )
    return chosen


def _listed(names: Collection[str]) -> str:
    return ", ".join(names) or "none"


def document_of(row: Row, columns: Columns) -> dict[str, Any]:
    """Return the document, as JSON can say it; what a row leaves empty is left out."""
    document: dict[str, Any] = {}
    for field, column in columns.items():
        value = row.get(column)
        if value is None or value == "" or value != value:  # noqa: PLR0124  (NaN alone differs from itself)
            continue
        outer, _, inner = field.partition(".")
        if field in _NESTED:
            if isinstance(value, Mapping):  # a column of records; a plain one of that name says nothing of them
                document[field] = {name: one for name, one in value.items() if one is not None}
            continue
        target = document.setdefault(outer, {}) if inner else document
        target[inner or outer] = _shaper(field)(value)
    return document


def merged(document: dict[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with other members in place of its own; of `author` and `engagement` those within."""
    found: dict[str, Any] = {**document, **others}
    for name in _NESTED:
        if isinstance(document.get(name), dict) and isinstance(others.get(name), dict):
            found[name] = {**document[name], **others[name]}
    return found


def _shaper(field: str) -> Callable[[Any], Any]:
    if field == _SYMBOLS:
        return _symbols
    if field == _TIME:
        return _instant
    return _count if field in _COUNTS else _text


def _symbols(value: Any) -> list[str]:  # noqa: ANN401  (a cell of any table)
    parts = value if isinstance(value, list | tuple) else _BETWEEN_SYMBOLS.split(_text(value))
    return [_text(part) for part in parts if part]


def _instant(value: Any) -> str:  # noqa: ANN401
    """Return an instant as RFC 3339; a date is its midnight. What is neither is left for the decoder to refuse."""
    if isinstance(value, date):
        return value.isoformat() if isinstance(value, datetime) else f"{value.isoformat()}T00:00:00Z"
    text = _text(value).strip()
    return f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text


def _count(value: Any) -> Any:  # noqa: ANN401
    """Return an integer where the cell means one; anything else is left for the decoder to refuse."""
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    return int(value) if isinstance(value, float | Decimal) and value == value.__trunc__() else value


def _text(value: Any) -> str:  # noqa: ANN401
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
