"""`stream-app causal fit` as a user types it: from events and prices to a file that the model takes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from stream_app.causal.curve import UNCHANGED
from stream_app.causal.parameters import from_json, shipped_parameters
from stream_app.events.entity import EntityRef
from tests.e2e.conftest import Shell
from tests.factories import sentiment_event

COMPANIES = {
    "AAPL": "apple",
    "AMZN": "amazon",
    "BAC": "bank-of-america",
    "C": "citigroup",
    "CSCO": "cisco",
    "GE": "general-electric",
    "INTC": "intel",
    "JPM": "jpmorgan-chase",
    "MCD": "mcdonalds",
    "MSFT": "microsoft",
    "PFE": "pfizer",
    "WMT": "walmart",
}
FIRST = date(2013, 1, 1)
DAYS = [one for one in (FIRST + timedelta(days=at) for at in range(560)) if one.weekday() < 5]
UNTIL, CHECK_UNTIL = ("--until", str(DAYS[320])), ("--check-until", str(DAYS[-1]))
CALL = ("causal", "fit", "events.jsonl", "--market", "bars.csv", *UNTIL, "--strengths-until", str(DAYS[250]))


@pytest.fixture
def history(shell: Shell) -> Shell:
    random = np.random.default_rng(2)
    closes = 100 * np.exp(np.cumsum(random.normal(0, 0.01, (len(DAYS), len(COMPANIES))), axis=0))
    _write_bars(shell.folder / "bars.csv", closes)
    lines = [line + "\n" for line in _events(random)]
    (shell.folder / "events.jsonl").write_text("".join(lines), encoding="utf-8")
    return shell


def _write_bars(file: Path, closes: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["ticker", "start", "open", "high", "low", "close", "volume"])
        for day, row in zip(DAYS, closes.tolist(), strict=True):
            for ticker, close in zip(COMPANIES, row, strict=True):
                table.writerow([ticker, day, close, close, close, close, 1000])


def _events(random: np.random.Generator) -> Iterator[str]:
    names = list(COMPANIES.values())
    for number, day in enumerate(DAYS[180:]):
        for place in random.choice(len(names), 6, replace=False).tolist():
            event = sentiment_event(
                number * 20 + place,
                at=datetime(day.year, day.month, day.day, 15, tzinfo=UTC),
                entity=EntityRef(id=f"company:{names[place]}", name=names[place], kind="company"),
                polarity=float(random.uniform(-1, 1)),
                link_confidence=1.0,
                relevance=1.0,
            )
            yield event.model_dump_json()


def test_a_fit_writes_numbers_that_score_takes(history: Shell) -> None:
    done = history.run(
        *CALL, *CHECK_UNTIL, "--out", "new.json", "--seeds", "1", "--plots", "plots", "--believe", "--json"
    )
    assert done.status == 0, done.err
    report = done.lines[0]
    assert {one["name"] for one in report["variants"]} >= {"priors", "fitted", "industries", "random 1", "own news"}
    assert all(one["error"] >= 0 for one in report["strengths"])
    written = from_json((history.folder / "new.json").read_text(encoding="utf-8"))
    assert written.calibration != UNCHANGED
    assert written.strengths
    assert {file.name for file in (history.folder / "plots").iterdir()} == {
        "coefficients.svg",
        "reliability.svg",
        "strengths.svg",
    }
    scored = history.here(
        "score", "Apple plunges after a recall", "--json", STREAM_APP_CAUSAL_PARAMETERS=str(history.folder / "new.json")
    )
    without = {risk["counterfactual"]["probability_without_trigger"] for risk in scored.lines[0]["risks"]}
    assert without == {round(written.calibration(shipped_parameters().base_rate), 6)}


def test_dates_without_prices_are_one_line_that_says_what_to_do(history: Shell) -> None:
    done = history.here(*CALL, "--check-until", "2013-06-30", "--out", "new.json")
    assert done.status == 2
    assert "the stretches must follow each other" in done.err
    assert not (history.folder / "new.json").exists()
