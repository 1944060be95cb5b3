"""Bars (prices and volumes) in files: JSON lines, CSV or Parquet, by way of a column map."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from stream_app.adapters.files.columns import column_map
from stream_app.adapters.files.json_lines import lines_of
from stream_app.adapters.files.reading import FileFormat, decompressed, format_of, told
from stream_app.adapters.files.tables import csv_table, seekable
from stream_app.errors import DataError
from stream_app.events.bar import Bar

_FIELDS = tuple(Bar.model_fields)
_START, _MIDNIGHT = "start", "T00:00:00Z"
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_ROWS_AT_ONCE = 1024


def parse_bar_columns(written: str) -> dict[str, str]:
    """Read `field=column,…`; ConfigurationError for a field that bars do not have."""
    return {**{name: name for name in _FIELDS}, **column_map(written, _FIELDS, of="a bar")}


def bars_in(stream: BinaryIO, name: str, columns: Mapping[str, str]) -> Iterator[Bar]:
    """Yield the bars of a file; a date is its midnight in UTC. DataError, on the way, for a row that is none."""
    with told(name):
        for number, row in enumerate(_rows(decompressed(stream, name), name), 1):
            cells = {field: row.get(column) for field, column in columns.items()}
            try:
                yield Bar.model_validate(cells | {_START: _instant(cells[_START])})
            except ValidationError as error:
                first = error.errors(include_url=False, include_context=False)[0]
                raise DataError(
                    f"{name} has no bar in row {number} ({'.'.join(map(str, first['loc']))}: {first['msg']}): "
                    "mend it, or name its columns by --market-map"
                ) from error


def _instant(value: Any) -> Any:  # noqa: ANN401  (a cell of any table)
    """Return a date, in whatever shape, as its midnight in UTC; anything else as it is."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None and value.time() == time.min else value
    if isinstance(value, date):
        return datetime.combine(value, time.min, UTC)
    day = _DATE.fullmatch(str(value)) if isinstance(value, str | int) else None
    return f"{'-'.join(day.groups())}{_MIDNIGHT}" if day else value


def _rows(stream: BinaryIO, name: str) -> Iterator[Mapping[str, Any]]:
    try:
        match format_of(name):
            case FileFormat.JSONL:
                yield from map(_object, lines_of(stream))
            case FileFormat.CSV:
                with csv_table(stream) as table:
                    yield from table
            case FileFormat.PARQUET:
                for batch in pq.ParquetFile(seekable(stream)).iter_batches(batch_size=_ROWS_AT_ONCE):
                    yield from batch.to_pylist()
            case _:
                raise DataError(f"{name} holds no bars: name a file of JSON lines, CSV or Parquet")
    except (orjson.JSONDecodeError, csv.Error, pa.ArrowException) as error:
        raise DataError(f"{name} cannot be read as what its name says ({error}): mend or rename it") from error


def _object(line: bytes) -> Mapping[str, Any]:
    found = orjson.loads(line)
    return found if isinstance(found, dict) else {}
