"""`model ablate market` as a user types it, on events, bars and texts that are made here."""

from __future__ import annotations

import csv
from datetime import timedelta

import orjson
import pytest

from tests.e2e.conftest import Shell
from tests.unit.research.markets import ENTITIES, TICKERS
from tests.unit.research.test_market_ablation import BEGIN, DAY, DAYS, SPLIT, TOLD_FROM, bars, event

torch = pytest.importorskip("torch")
CALL = (
    "model", "ablate", "market", "live", "--market", "bars.jsonl", "--entities", "names.csv",
    "--train-until", str(SPLIT.train_until), "--validate-until", str(SPLIT.validate_until),
    "--seeds", "1", "--epochs", "4", "--samples", "100",
)  # fmt: skip


@pytest.fixture
def place(shell: Shell) -> Shell:
    prices = bars()
    (shell.folder / "bars.jsonl").write_text("\n".join(bar.model_dump_json() for bar in prices))
    with (shell.folder / "names.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("ticker", "entity"), *((ticker, entity) for entity, ticker in ENTITIES.items())])
    _write(shell, foreseeing=False)
    return shell


def _write(shell: Shell, *, foreseeing: bool) -> None:
    gains = {(one.ticker, one.start): one.close / one.open - 1 for one in bars()}
    lines, texts = [], []
    for number, ticker in enumerate(TICKERS):
        for day in range(TOLD_FROM, DAYS - 1):
            known = 20 * gains[ticker, BEGIN + (day + 1) * DAY] if foreseeing else ((number * day) % 21 - 10) / 10
            at = BEGIN + day * DAY + timedelta(hours=8)
            lines.append(orjson.dumps(event(ticker, at, max(-1.0, min(1.0, known)), 1000 * number + day)))
            texts.append(orjson.dumps({"id": f"d{1000 * number + day}", "text": f"${ticker} says {day}"}))
    (shell.folder / "live").mkdir(exist_ok=True)
    (shell.folder / "live" / "sentiment.events.jsonl").write_bytes(b"\n".join(lines))
    (shell.folder / "texts.jsonl").write_bytes(b"\n".join(texts))


def test_table_has_a_row_for_each_variant_and_the_base_rate(place: Shell) -> None:
    done = place.run(*CALL, "--texts", "texts.jsonl", "--map", "body=text", "--json")
    assert done.status == 0, done.err
    base, *told = done.lines
    assert base["variant"] == "base_rate"
    assert sum(base["rows"].values()) == len(TICKERS) * (DAYS - 1 - TOLD_FROM)
    assert [one["variant"] for one in told] == [
        "text", "vectors", "market", "engagement", "text_market", "fused", "fused_vectors",
    ]  # fmt: skip
    for one in told:
        assert one["area"]["low"] < 0.55 < one["area"]["high"] + 0.1
    shown = place.here(*CALL)
    assert "base rate" in shown.out
    assert "embedding" not in shown.out


def test_planted_leak_ends_with_status_1_after_the_table(place: Shell) -> None:
    _write(place, foreseeing=True)
    done = place.here(*CALL, "--json")
    assert done.status == 1
    assert len(done.lines) == 6
    assert "too good to be believed" in done.err


def test_errors_say_what_to_do(place: Shell) -> None:
    (place.folder / "texts.jsonl").write_text('{"id": "another", "text": "word"}\n')
    lost = place.here(*CALL, "--texts", "texts.jsonl", "--map", "body=text")
    assert (lost.status, "have no text in the file of --texts" in lost.err) == (1, True)
    late = place.here(*CALL[:-10], "--train-until", "2030-01-01", "--validate-until", "2030-02-01")
    assert (late.status, "choose other days" in late.err) == (1, True)
