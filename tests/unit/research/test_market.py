"""Bars for research are refused where their prices are of two kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stream_app.errors import DataError
from stream_app.research.market import read_bars


def a_file(folder: Path, *, adjusted: int, plain: int) -> str:
    row = {"ticker": "T", "start": "2014-01-02T00:00:00Z", "open": 40, "high": 41, "low": 39, "volume": 1}
    rows = [row | {"close": 33.5}] * adjusted + [row | {"close": 39.0}] * plain
    path = folder / "bars.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    return str(path)


def test_adjusted_closes_beside_plain_prices_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the close of 10 of 10 bars lies outside"):
        list(read_bars([a_file(tmp_path, adjusted=10, plain=0)], "", None))


def test_a_few_odd_bars_are_read(tmp_path: Path) -> None:
    assert len(list(read_bars([a_file(tmp_path, adjusted=1, plain=99)], "", None))) == 100
