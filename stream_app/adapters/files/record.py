"""What a file gives for one document: the key and the value of a record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A document's bytes, not validated; the key is its source, where it names one."""

    key: bytes | None
    value: bytes


def record_of(document: dict[str, Any]) -> FileRecord:
    """Return the record of a document; what JSON has no number for stands as text, for the decoder to refuse."""
    try:
        value = orjson.dumps(document, default=str)
    except TypeError:  # an integer beyond 64 bits
        value = json.dumps(document, default=str).encode()
    return FileRecord(key=key_of(document), value=value)


def key_of(value: Any) -> bytes | None:  # noqa: ANN401  (any JSON)
    """Return the key of a value: one source stays in one partition, and so in order."""
    source = value.get("source") if isinstance(value, dict) else None
    return source.encode() if isinstance(source, str) and source else None
