"""A topic's events to Parquet: sorted by day on disk, then written one day after the other, so memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pyarrow.parquet as pq

from stream_app.replay.sorting import sorted_lines
from stream_app.research.tables.column import Event, Table

_ROWS_AT_ONCE = 2_000
_LINES_HELD = 20_000


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written of one topic."""

    topic: str
    rows: int
    days: int
    size_bytes: int


def export_topic(
    lines: Iterable[bytes], table: Table, folder: Path, *, on_line: Callable[[], None] = lambda: None
) -> Exported:
    """Write `folder/TOPIC/day=…/part-0.parquet` from lines of JSON and return what was written.

    The rows of a day are in the order of its event time, and of its lines where that is equal: the same events give
    the same files.
    """
    rows = days = size = 0
    with TemporaryDirectory(dir=folder) as scratch:
        ranked = ((_rank(line, table), line) for line in _told(lines, on_line))
        ordered = (orjson.loads(line) for _, _, line in sorted_lines(ranked, Path(scratch), most=_LINES_HELD))
        for day, events in groupby(ordered, key=table.day):
            path = folder / table.topic / f"day={day}" / "part-0.parquet"
            rows, days = rows + _write(events, table, path), days + 1
            size += path.stat().st_size
    return Exported(table.topic, rows, days, size)


def _rank(line: bytes, table: Table) -> bytes:
    """Order by day and instant, of which some are written with fractions of a second and some without."""
    event = orjson.loads(line)
    moment = datetime.fromisoformat(event[table.time]).astimezone(UTC)
    return f"{table.day(event)}\0{moment.isoformat(timespec='microseconds')}".encode()


def _told(lines: Iterable[bytes], on_line: Callable[[], None]) -> Iterator[bytes]:
    for line in lines:
        yield line
        on_line()


def _write(events: Iterator[Event], table: Table, path: Path) -> int:
    path.parent.mkdir(parents=True)
    rows = 0
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        while some := list(islice(events, _ROWS_AT_ONCE)):
            batch: Any = table.batch(some)
            writer.write_batch(batch)
            rows += len(some)
    return rows
