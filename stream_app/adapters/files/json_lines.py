"""JSON lines, passed through as they are: what is wrong with a line is for the stream to say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

import orjson

from stream_app.adapters.files.columns import Columns, document_of, merged
from stream_app.adapters.files.record import FileRecord, key_of, record_of
from stream_app.errors import DataError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ENOUGH_OBJECTS = 1000


def read_json_lines(stream: BinaryIO, name: str, wanted: Columns) -> Iterator[FileRecord]:
    """Yield the lines that are not blank; `wanted` renames members of those that are objects.

    Raises DataError when a wanted member is in none of the first thousand objects.
    """
    missing, objects = set(wanted.values()), 0
    for line in lines_of(stream):
        value = _parsed(line)
        if not wanted or not isinstance(value, dict):
            yield FileRecord(key=key_of(value), value=line)
            continue
        missing -= value.keys()
        objects += 1
        if objects == _ENOUGH_OBJECTS:
            _check_found(missing, objects, name=name)
        yield record_of(_renamed(value, wanted))
    if objects:
        _check_found(missing, objects, name=name)


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines that are not blank, without a byte order mark before them."""
    for number, raw in enumerate(stream):
        line = (raw if number else raw.removeprefix(_BYTE_ORDER_MARK)).strip()
        if line:
            yield line


def _parsed(line: bytes) -> Any:  # noqa: ANN401  (any JSON)
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _renamed(value: dict[str, Any], wanted: Columns) -> dict[str, Any]:
    used = set(wanted.values())
    return merged({name: member for name, member in value.items() if name not in used}, document_of(value, wanted))


def _check_found(missing: Collection[str], objects: int, *, name: str) -> None:
    if missing:
        raise DataError(f"{name} has no {', '.join(sorted(missing))} in its first {objects} lines: mend --map")
