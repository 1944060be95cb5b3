"""export, report and backtest as a user types them, on a run that is done: no server is needed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow.dataset as ds
import pytest

from tests.e2e.conftest import Shell
from tests.unit.replay.runs import finished
from tests.unit.research.markets import BEGIN, DAY, TICKERS
from tests.unit.research.test_report import DAYS, bars, events

OPTIONS = ("--market", "bars.jsonl", "--entities", "names.csv", "--horizons", "1,2", "--samples", "200")


@pytest.fixture
def place(shell: Shell) -> Shell:
    """A folder with a run of made-up events, their bars, and whose ticker is whose."""
    finished(shell.folder / ".stream_app", "made-up", events(), counts={"sentiment.events": DAYS * len(TICKERS)})
    (shell.folder / "bars.jsonl").write_text("\n".join(bar.model_dump_json() for bar in bars()))
    names = "\n".join(f"{ticker},company:{ticker.lower()}" for ticker in TICKERS)
    (shell.folder / "names.csv").write_text(f"ticker,entity\n{names}\n")
    return shell


def test_export_writes_all_or_nothing_and_never_over_what_is_there(place: Shell) -> None:
    done = place.run("replay", "export", "made-up", "--json")
    assert done.status == 0, done.err
    assert done.lines[0] == done.lines[0] | {"topic": "sentiment.events", "rows": DAYS * len(TICKERS), "days": DAYS}
    folder = place.folder / "made-up-parquet" / "sentiment.events"
    assert ds.dataset(folder, partitioning="hive").count_rows() == DAYS * len(TICKERS)
    again = place.here("replay", "export", "made-up")
    assert again.status == 1
    assert "is there already" in again.err
    assert place.here("replay", "export", "made-up", "--topic", "news.raw", "--out", "other").status == 2
    assert sorted(path.name for path in place.folder.iterdir() if "parquet" in path.name) == ["made-up-parquet"]


def test_report_is_one_file(place: Shell) -> None:
    done = place.run("replay", "report", "made-up", "--out", "page.html", "--json")
    assert done.status == 0, done.err
    page = (place.folder / "page.html").read_text(encoding="utf-8")
    assert done.lines[0] == {"file": "page.html", "bytes": len(page.encode())}
    assert "Replay “made-up”" in page
    assert "There are no bars" in page


def test_backtest_finds_nothing_in_chance(place: Shell) -> None:
    done = place.run("backtest", "made-up", *OPTIONS, "--json", "--plots", "plots")
    assert done.status == 0, done.err
    (found,) = done.lines
    entity = [one for one in found["findings"] if one["signal"] == "entity_sentiment"]
    assert [one["horizon"] for one in entity] == [1, 2]
    assert all(abs(one["coefficient"]["value"]) < 0.1 for one in entity)
    assert len(list((place.folder / "plots").glob("*.svg"))) == 3
    shown = place.here("backtest", "made-up", *OPTIONS, COLUMNS="80").out
    assert "entity sentiment" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_backtest_does_not_believe_a_planted_leak(place: Shell) -> None:
    """Live events whose polarity is the return of the bar that is still to begin."""
    opened = {(bar.ticker, bar.start): bar.close / bar.open - 1 for bar in bars()}

    def foresees(event: dict[str, Any], number: int) -> dict[str, Any]:
        at = BEGIN + number // len(TICKERS) * DAY
        known = opened[TICKERS[number % len(TICKERS)], at]
        return event | {"polarity": known * 5, "processed_at": (at - timedelta(minutes=1)).isoformat()}

    told = Path(place.folder / "live")
    told.mkdir()
    lines = (orjson.dumps(foresees(event, number)) for number, event in enumerate(events()))
    (told / "sentiment.events.jsonl").write_bytes(b"\n".join(lines))
    done = place.here("backtest", "live", *OPTIONS, "--json")
    assert done.status == 1
    assert "too good to be believed" in done.err
    assert done.lines[0]["doubtful"] >= 2
    assert place.here("backtest", "live", *OPTIONS, "--doubtful", "1").status == 0


def test_errors_say_what_to_do(place: Shell) -> None:
    missing = place.here("backtest", "none", *OPTIONS)
    assert (missing.status, "replay list" in missing.err) == (1, True)
    wrong = place.here("backtest", "made-up", *OPTIONS, "--session", "morning")
    assert (wrong.status, "09:30 America/New_York" in wrong.err) == (2, True)
    assert place.here("backtest", "made-up", "--market", "bars.jsonl", "--horizons", "soon").status == 2
