"""RSS and Atom: one entry is one document."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO

import feedparser

from stream_app.adapters.files.columns import Columns, choose_columns, document_of
from stream_app.adapters.files.record import FileRecord, record_of
from stream_app.errors import DataError

_COLUMNS = {
    "id": "id",
    "source": "feed",
    "title": "title",
    "body": "summary",
    "lang": "language",
    "url": "link",
    "published_at": "published",
    "author.handle": "author",
}
_NAMES = (*_COLUMNS.values(), "content", "updated")


def read_feed(stream: BinaryIO, name: str, wanted: Columns) -> Iterator[FileRecord]:
    """Yield the entries of a feed; `wanted` may name other parts of an entry, such as `content`."""
    # As a file: of bytes, feedparser would also open what looks like an address.
    parsed = feedparser.parse(BytesIO(stream.read()))
    if not parsed.version:
        reason = parsed.get("bozo_exception", "neither RSS nor Atom")
        raise DataError(f"{name} is not a feed ({reason}): check the file, or name its --format")
    columns = choose_columns(_NAMES, _COLUMNS | dict(wanted), file=name)
    for entry in parsed.entries:
        yield record_of(document_of(_row(entry, parsed.feed), columns))


def _row(entry: Any, feed: Any) -> dict[str, Any]:  # noqa: ANN401  (feedparser is not typed)
    return {
        "id": entry.get("id") or entry.get("link"),
        "feed": feed.get("title"),
        "title": entry.get("title"),
        "summary": entry.get("summary"),
        "content": " ".join(part.get("value", "") for part in entry.get("content", ())),
        "language": str(feed.get("language", "")).partition("-")[0].lower(),
        "link": entry.get("link"),
        "published": _instant(entry, "published_parsed") or _instant(entry, "updated_parsed"),
        "updated": _instant(entry, "updated_parsed"),
        "author": entry.get("author"),
    }


def _instant(entry: Any, name: str) -> datetime | None:  # noqa: ANN401  (feedparser is not typed)
    # Asked for `updated`, feedparser would give `published` with a warning.
    moment = entry[name] if name in entry else None  # noqa: SIM401
    return datetime.fromtimestamp(timegm(moment), tz=UTC) if moment else None
