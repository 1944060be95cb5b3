"""A training file as records and cards name it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Its path below the data folder, its digest and its number of rows."""

    path: str
    sha256: str
    rows: int


def source_file(data: Path, path: Path) -> SourceFile:
    """Return the file as the model card names it."""
    content = (data / path).read_bytes()
    return SourceFile(path.as_posix(), hashlib.sha256(content).hexdigest(), len(content.splitlines()))
