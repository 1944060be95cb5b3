"""A training file as records and cards name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Its path below the data folder, its digest and its number of rows."""

    path: str
    sha256: str
    rows: int
