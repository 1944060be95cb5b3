"""Bars (prices and volumes) in files: JSON lines, CSV or Parquet, by way of a column map."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from typing import Any, BinaryIO

import orjson
import pyarrow.parquet as pq
from pydantic import ValidationError

from stream_app.adapters.files.columns import column_map
from stream_app.adapters.files.reading import FileFormat, decompressed, format_of, told
from stream_app.adapters.files.tables import seekable
from stream_app.errors import ConfigurationError, DataError
from stream_app.events.bar import Bar

_FIELDS = tuple(Bar.model_fields)
_MIDNIGHT = "T00:00:00Z"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROWS_AT_ONCE = 1024


def parse_bar_columns(written: str) -> dict[str, str]:
    """Read `field=column,…`; ConfigurationError for a field that bars do not have."""
    return {**{name: name for name in _FIELDS}, **column_map(written, _FIELDS, of="a bar")}


def bars_in(stream: BinaryIO, name: str, columns: Mapping[str, str]) -> Iterator[Bar]:
    """Yield the bars of a file; a date is its midnight in UTC. DataError, on the way, for a row that is none."""
    with told(name):
        for number, row in enumerate(_rows(decompressed(stream, name), name), 1):
            try:
                yield Bar.model_validate({field: _cell(row.get(column)) for field, column in columns.items()})
            except ValidationError as error:
                first = error.errors(include_url=False, include_context=False)[0]
                raise DataError(
                    f"{name} has no bar in row {number} ({'.'.join(map(str, first['loc']))}: {first['msg']}): "
                    "mend it, or name its columns by --market-map"
                ) from error


def _cell(value: Any) -> Any:  # noqa: ANN401  (a cell of any table)
    return f"{value}{_MIDNIGHT}" if isinstance(value, str) and _DATE.fullmatch(value) else value


def _rows(stream: BinaryIO, name: str) -> Iterator[Mapping[str, Any]]:
    match format_of(name):
        case FileFormat.JSONL:
            yield from (orjson.loads(line) for line in stream if line.strip())
        case FileFormat.CSV:
            yield from csv.DictReader(TextIOWrapper(stream, "utf-8-sig", newline=""))
        case FileFormat.PARQUET:
            for batch in pq.ParquetFile(seekable(stream)).iter_batches(batch_size=_ROWS_AT_ONCE):
                yield from batch.to_pylist()
        case _:
            raise ConfigurationError(f"{name} holds no bars: name a file of JSON lines, CSV or Parquet")
