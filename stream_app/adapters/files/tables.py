"""Tables (CSV and Parquet) as documents, by way of a column map."""

from __future__ import annotations

import csv
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from stream_app.adapters.files.columns import Columns, choose_columns, document_of
from stream_app.adapters.files.record import FileRecord, record_of
from stream_app.errors import DataError

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 16 * 1024 * 1024
_ROWS_AT_ONCE = 1024


def read_csv(stream: BinaryIO, name: str, wanted: Columns) -> Iterator[FileRecord]:
    """Yield the rows of a table whose first line names its columns; the delimiter is the one that is most there."""
    with csv_table(stream) as table:
        try:
            columns = choose_columns([str(column) for column in table.fieldnames or ()], wanted, file=name)
            for row in table:
                yield record_of(document_of(row, columns))
        except csv.Error as error:
            raise DataError(f"{name} is not CSV at line {table.line_num} ({error}): mend that line") from error


@contextmanager
def csv_table(stream: BinaryIO) -> Iterator[csv.DictReader[str]]:
    """Give the table; its delimiter is the one that its first line has most of. The stream stays open."""
    csv.field_size_limit(_LONGEST_CELL)
    text = TextIOWrapper(stream, "utf-8-sig", "replace", newline="")
    try:
        heading = text.readline()
        delimiter = max(_DELIMITERS, key=heading.count)
        yield csv.DictReader(itertools.chain([heading], text), delimiter=delimiter)
    finally:
        text.detach()


def read_parquet(stream: BinaryIO, name: str, wanted: Columns) -> Iterator[FileRecord]:
    """Yield the rows of a Parquet file, without reading the columns that are not asked for."""
    try:
        file = pq.ParquetFile(seekable(stream))
        columns = choose_columns(file.schema_arrow.names, wanted, file=name)
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=list(dict.fromkeys(columns.values()))):
            for row in _in_microseconds(batch).to_pylist():
                yield record_of(document_of(row, columns))
    except pa.ArrowException as error:
        raise DataError(f"{name} is not a Parquet file ({error}): check the file, or name its --format") from error


def seekable(stream: BinaryIO) -> BinaryIO:
    """Return the stream, or where it only goes forward a copy on disk: Parquet is read from its end."""
    if stream.seekable():
        return stream
    copy = TemporaryFile()  # noqa: SIM115  (gone when the reader is)
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return cast("BinaryIO", copy)


def _in_microseconds(batch: Any) -> Any:  # noqa: ANN401  (pyarrow is not typed)
    """Cut instants to microseconds, the finest that Python has."""
    arrays = [
        column.cast(pa.timestamp("us", column.type.tz), safe=False) if pa.types.is_timestamp(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)
