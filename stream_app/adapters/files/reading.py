"""One file as records, whatever its format; a compressed file (`.gz`, `.zst`) is read as what it holds."""

from __future__ import annotations

import errno
import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from stream_app.adapters.files.columns import Columns
from stream_app.adapters.files.feeds import read_feed
from stream_app.adapters.files.json_lines import read_json_lines
from stream_app.adapters.files.record import FileRecord
from stream_app.adapters.files.tables import read_csv, read_parquet
from stream_app.errors import ConfigurationError, DataError

STDIN = "-"
_GZIP, _ZSTD = ".gz", ".zst"
_BUFFER_BYTES = 1 << 18


class FileFormat(StrEnum):
    """How documents lie in a file."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    FEED = "feed"


_READERS: Mapping[FileFormat, Callable[[BinaryIO, str, Columns], Iterator[FileRecord]]] = {
    FileFormat.JSONL: read_json_lines,
    FileFormat.CSV: read_csv,
    FileFormat.PARQUET: read_parquet,
    FileFormat.FEED: read_feed,
}
_SUFFIXES = {
    ".jsonl": FileFormat.JSONL,
    ".ndjson": FileFormat.JSONL,
    ".json": FileFormat.JSONL,
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".parquet": FileFormat.PARQUET,
    ".pq": FileFormat.PARQUET,
    ".rss": FileFormat.FEED,
    ".atom": FileFormat.FEED,
    ".xml": FileFormat.FEED,
}


def format_of(name: str) -> FileFormat:
    """Tell the format of a file by its name; ConfigurationError where that is silent. Standard input is JSON lines."""
    if name == STDIN:
        return FileFormat.JSONL
    suffix = Path(name.removesuffix(_GZIP).removesuffix(_ZSTD)).suffix.lower()
    if suffix not in _SUFFIXES:
        raise ConfigurationError(f"{name} does not tell its format by its name: say --format {'|'.join(FileFormat)}")
    return _SUFFIXES[suffix]


def files_in(name: str) -> list[str]:
    """Return the files of a folder whose names tell a format, at any depth, by name; a file is itself."""
    if name == STDIN or not Path(name).is_dir():
        return [name]
    found = sorted(str(path) for path in Path(name).rglob("*") if path.is_file() and _tells_format(path))
    if not found:
        raise DataError(f"{name} holds no file of documents: name one, or a folder of {', '.join(_SUFFIXES)}")
    return found


def _tells_format(path: Path) -> bool:
    return Path(path.name.removesuffix(_GZIP).removesuffix(_ZSTD)).suffix.lower() in _SUFFIXES


def open_file(name: str) -> BinaryIO:
    """Open a file, or standard input for `-`; DataError where that fails."""
    if name == STDIN:
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise _unreadable(name, error) from error


def size_of(name: str) -> int | None:
    """Return the size in bytes (None for standard input); DataError where there is no file that may be read."""
    if name == STDIN:
        return None
    try:
        size = Path(name).stat().st_size
        if Path(name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not os.access(name, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _unreadable(name, error) from error
    return size


def _unreadable(name: str, error: OSError) -> DataError:
    return DataError(f"{name} cannot be read ({error.strerror}): check the name of the file")


def read_records(stream: BinaryIO, name: str, *, file_format: FileFormat, columns: Columns) -> Iterator[FileRecord]:
    """Yield the documents of a file in its order; DataError, on the way, for what cannot be read."""
    with told(name):
        yield from _READERS[file_format](decompressed(stream, name), name, columns)


def read_lines(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the lines of a file without their ends, blank ones too; DataError, on the way, likewise."""
    with told(name):
        for line in decompressed(stream, name):
            yield line.removesuffix(b"\n").removesuffix(b"\r")


def decompressed(stream: BinaryIO, name: str) -> BinaryIO:
    """Return what a file holds, which its name tells to be compressed or not."""
    if name.endswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    if name.endswith(_ZSTD):
        # Python 3.11 has no zstd of its own
        inner = pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd")
        return cast("BinaryIO", io.BufferedReader(inner, _BUFFER_BYTES))
    return stream


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what reading a broken file raises into a DataError that names it."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{name} cannot be read to its end ({error}): check the file") from error
