"""How many hypotheses were tried on a run: written down with each new test, so that nobody has to remember."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from stream_app.replay.manifest import sha256_of


class Trials:
    """`backtests.jsonl` in the run's folder; a test that was done before is not tried again by being repeated."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "backtests.jsonl"

    def before(self, test: Mapping[str, Any]) -> int:
        """Return how many hypotheses other tests tried."""
        return sum(one["hypotheses"] for one in self._all() if one["test"] != sha256_of(test))

    def add(self, test: Mapping[str, Any], hypotheses: int) -> None:
        """Write a test down, once."""
        if all(one["test"] != sha256_of(test) for one in self._all()):
            line = {"test": sha256_of(test), "hypotheses": hypotheses, **test}
            with self._file.open("ab") as file:
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE, default=str))

    def _all(self) -> list[dict[str, Any]]:
        if not self._file.exists():
            return []
        return [orjson.loads(line) for line in self._file.read_bytes().splitlines()]
