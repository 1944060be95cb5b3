"""The model's results in a file of SQLite, shared by the workers of a machine: 4 kB a headline, kept until deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import local

import structlog

_log = structlog.get_logger(__name__)

_KEYS_AT_ONCE = 500
_PATIENCE_SECONDS = 10.0


class ResultFile:
    """A file that cannot be read or written costs time, never a result: the error is logged, and the rows computed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connections = local()

    def get(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return what is kept of these keys."""
        try:
            file = self._opened()
            return dict(row for some in _chunks(keys) for row in file.execute(_select(len(some)), some))
        except (sqlite3.Error, OSError) as error:
            _log.warning("kept model results cannot be read", file=str(self._path), error=str(error))
            return {}

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Keep these, all or none."""
        try:
            with self._opened() as file:
                file.executemany("INSERT OR IGNORE INTO results VALUES (?, ?)", list(values.items()))
        except (sqlite3.Error, OSError) as error:
            _log.warning("model results cannot be kept", file=str(self._path), error=str(error))

    def _opened(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        held: sqlite3.Connection | None = getattr(self._connections, "held", None)
        if held is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            held = sqlite3.connect(self._path, timeout=_PATIENCE_SECONDS)
            held.execute("PRAGMA journal_mode=WAL")
            held.execute("PRAGMA synchronous=OFF")
            held.execute("CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value BLOB NOT NULL)")
            self._connections.held = held
        return held


def _chunks(keys: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE)]


def _select(count: int) -> str:
    marks = ",".join("?" * count)
    return f"SELECT key, value FROM results WHERE key IN ({marks})"  # noqa: S608  (question marks alone)
