"""Documents in files (JSON lines, CSV, Parquet, RSS, Atom), as the records that the input topics take."""

from stream_app.adapters.files.columns import Columns, parse_columns
from stream_app.adapters.files.publishing import publish
from stream_app.adapters.files.reading import (
    STDIN,
    FileFormat,
    files_in,
    format_of,
    open_file,
    read_lines,
    read_records,
    size_of,
)
from stream_app.adapters.files.record import FileRecord

__all__ = [
    "STDIN",
    "Columns",
    "FileFormat",
    "FileRecord",
    "files_in",
    "format_of",
    "open_file",
    "parse_columns",
    "publish",
    "read_lines",
    "read_records",
    "size_of",
]
