"""Bars for research come from any table, and are refused where their prices or lengths are of two kinds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stream_app.errors import DataError
from stream_app.research.market import parse_session, read_bars


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


PRICES = {"open": 40.0, "high": 41.0, "low": 39.0, "close": 40.0, "volume": 1.0}
MIDNIGHT = datetime(2014, 1, 2, tzinfo=UTC)


def table(folder: Path, separator: str, name: str = "bars.csv", start: str = "20140102") -> str:
    cells = {"ticker": "T", "start": start} | PRICES
    path = folder / name
    path.write_text(f"{separator.join(cells)}\n{separator.join(map(str, cells.values()))}\n")
    return str(path)


@pytest.mark.parametrize(("separator", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv")])
@pytest.mark.parametrize("start", ["20140102", "2014-01-02"])
def test_a_table_of_any_delimiter_and_a_date_of_either_form_are_read(
    tmp_path: Path, separator: str, name: str, start: str
) -> None:
    (bar,) = read_bars([table(tmp_path, separator, name, start)], "", None)
    assert (bar.start, bar.close) == (MIDNIGHT, 40.0)


@pytest.mark.parametrize("start", [date(2014, 1, 2), datetime(2014, 1, 2), MIDNIGHT], ids=repr)  # noqa: DTZ001
def test_dates_of_parquet_are_midnights(tmp_path: Path, start: Any) -> None:
    path = tmp_path / "bars.parquet"
    pq.write_table(pa.table({"ticker": ["T"], "start": [start], **{name: [one] for name, one in PRICES.items()}}), path)
    (bar,) = read_bars([str(path)], "", None)
    assert bar.start == MIDNIGHT


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.jsonl", b"{broken\n"),
        ("a.jsonl", b"[1]\n"),
        ("a.parquet", b"no parquet"),
        ("a.csv", b"ticker,start\n\xff\xfe,\xff\n"),
    ],
    ids=str,
)
def test_what_is_no_table_is_one_line_that_names_it(tmp_path: Path, name: str, raw: bytes) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(DataError, match=name):
        list(read_bars([str(tmp_path / name)], "", None))


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"ticker": "T", "start": "2014-01-02"} | PRICES).encode())
    assert len(list(read_bars([str(path)], "", None))) == 1


def test_a_session_may_begin_on_the_eve_and_is_for_bars_of_days(tmp_path: Path) -> None:
    eve = parse_session("eve 18:00 America/New_York")
    (bar,) = read_bars([table(tmp_path, ",")], "", eve)
    assert bar.start == datetime(2014, 1, 1, 23, tzinfo=UTC)
    with pytest.raises(DataError, match="bars that bear a date alone"):
        list(read_bars([table(tmp_path, ",", start="2014-01-02T15:00:00Z")], "", eve))
