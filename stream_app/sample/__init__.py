"""The shipped sample: three invented trading days of news and posts, bad records among them, as the messages of a feed.

Each line of `feed.jsonl` is one record in the order of arrival: its topic, its key, and its value as a document
(`value`; null is a tombstone), as raw text (`text`) or as bytes (`base64`). `pad` repeats a text in a field of `value`.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from stream_app.pipeline.ports import Message

__all__ = ["messages", "sample_path"]


def sample_path() -> Path:
    """Return the file of the sample."""
    return Path(__file__).with_name("feed.jsonl")


def messages() -> Iterator[Message]:
    """Yield the records in the order of their arrival."""
    with sample_path().open("rb") as lines:
        for line in lines:
            entry = orjson.loads(line)
            yield Message(topic=entry["topic"], key=entry["key"].encode(), value=_value(entry))


def _value(entry: dict[str, Any]) -> bytes | None:
    match entry:
        case {"text": text}:
            return str(text).encode()
        case {"base64": coded}:
            return b64decode(coded)
        case {"value": None}:
            return None
        case {"value": document, "pad": pad}:
            return orjson.dumps(document | {pad["field"]: pad["text"] * pad["times"]})
    return orjson.dumps(entry["value"])
