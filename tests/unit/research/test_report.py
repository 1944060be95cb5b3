"""The page of a run: whole in one file, true to its numbers, and where there is nothing to see it says why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import orjson
import pytest

from stream_app.errors import DataError
from stream_app.events.bar import Bar
from stream_app.events.entity import EntityKind, EntityRef
from stream_app.events.topics import ALERTS, RISK, SENTIMENT
from stream_app.replay.folder import RunFolder
from stream_app.replay.output import keep
from stream_app.research.backtest.abnormal import MEAN, NONE
from stream_app.research.backtest.availability import Availability
from stream_app.research.backtest.study import Rules
from stream_app.research.charts.run import alert_times, strokes_of, volumes
from stream_app.research.reading import events_in, events_of_run
from stream_app.research.report.digest import Digest
from stream_app.research.report.whole import Market, digest_of, market_of, report_of
from stream_app.research.testing import Question, put_to_the_test
from stream_app.research.trials import Trials
from tests.factories import sentiment_event
from tests.graphs import two_fields
from tests.unit.replay.runs import begun, finished
from tests.unit.research.markets import BEGIN, DAY, ENTITIES, TICKERS

DAYS = 40
NOTHING = Market(prices={}, tickers={}, found=None)


def events(days: int = DAYS) -> list[dict[str, Any]]:
    """Return an event of each entity on each day, an hour before its bar."""
    generator = np.random.default_rng(4)
    found = []
    for number in range(days * len(TICKERS)):
        ticker = TICKERS[number % len(TICKERS)]
        at = BEGIN + number // len(TICKERS) * DAY - timedelta(hours=1)
        entity = EntityRef(id=f"company:{ticker.lower()}", name=f"<{ticker}> & Co", kind=EntityKind.COMPANY)
        fields = {"at": at, "received_at": at, "entity": entity, "polarity": float(generator.uniform(-1, 1))}
        found.append(orjson.loads(sentiment_event(number, **fields).model_dump_json()))
    return found


def bars(days: int = DAYS) -> list[Bar]:
    generator = np.random.default_rng(9)
    prices = {"high": 11.0, "low": 9.0, "volume": 1.0}
    return [
        Bar(ticker=ticker, start=BEGIN + day * DAY, open=10, close=float(generator.uniform(9, 11)), **prices)
        for day in range(days)
        for ticker in TICKERS
    ]


def run_with_all(folder: Path) -> RunFolder:
    """A run with events, risks, alerts and dead letters."""
    some = events()
    run = finished(folder, "all", some, dead_letters={"not_json": 3, "no_time": 1}, counts={SENTIMENT.name: len(some)})
    risk = {"event_id": "r", "published_at": some[0]["published_at"]}
    keep([orjson.dumps(risk)], run.path, topic=RISK.name)
    alert = {"alert_id": "a", "subscription": "desk", "published_at": some[0]["published_at"], "event": some[0]}
    keep([orjson.dumps(alert | {"processed_at": some[0]["processed_at"]})], run.path, topic=ALERTS.name)
    return run


def asked(*, delay: int = 0, seed: int = 0, benchmark: str = MEAN) -> Question:
    availability = Availability(delay=timedelta(minutes=delay))
    rules = Rules(horizons=(1, 2), samples=200, seed=seed, market=benchmark)
    return Question(availability=availability, rules=rules, market=("bars.csv",))


def page_of(run: RunFolder, *, with_bars: Sequence[Bar] = (), subscriptions: int = 0) -> str:
    found = events_of_run(run)
    market = NOTHING
    if with_bars:
        study = put_to_the_test(found, with_bars, asked(), look_up=lambda _: ENTITIES)
        market = Market(prices={}, tickers=ENTITIES, found=study)
    return report_of(found, digest_of(found), market, subscriptions=subscriptions)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The page of the run with all, drawn twice."""
    run = run_with_all(tmp_path_factory.mktemp("runs"))
    return page_of(run, with_bars=bars()), page_of(run, with_bars=bars())


def test_page_fetches_nothing_and_runs_no_script(pages: tuple[str, str]) -> None:
    page = pages[0]
    assert "<script" not in page
    without_names = re.sub(r'xmlns(:\w+)?="[^"]*"|<metadata>.*?</metadata>', "", page, flags=re.DOTALL)
    assert "//" not in re.sub(r"data:image/png;base64,[^\"]*", "", without_names)
    assert "@import" not in page
    assert len(page) < 2_000_000


def test_bars_of_nobody_known_are_said_so(tmp_path: Path) -> None:
    found = events_of_run(finished(tmp_path, "bare", []))
    some = [Bar(ticker="NOBODYS", start=BEGIN, open=1, high=1, low=1, close=1, volume=1)]
    market = market_of(found, some, asked(), graph=two_fields)
    assert "No ticker of the bars" in report_of(found, digest_of(found), market, subscriptions=0)


def test_charts_of_many_alerts_and_many_years_stay_small() -> None:
    begin = datetime(2004, 1, 1, tzinfo=UTC)
    moments = [(begin + timedelta(minutes=7 * number)).isoformat()[:19] for number in range(20_000)]
    span = datetime.fromisoformat(moments[0]), datetime.fromisoformat(moments[-1])
    strokes = strokes_of(moments, span)
    assert strokes.total() == 20_000
    assert 1000 < len(strokes) <= 1201
    assert min(strokes) == span[0]
    assert len(alert_times({"busy": moments, "one": moments[:1]})) < 400_000
    days = {str((begin + timedelta(days=number)).date()): 2.0 for number in range(20 * 365)}
    drawn = volumes(days, {}, {})
    assert len(drawn) < 400_000
    assert "mean of 10 days" in drawn


def test_charts_are_well_formed_and_names_are_escaped(pages: tuple[str, str]) -> None:
    charts = re.findall(r"<svg.*?</svg>", pages[0], re.DOTALL)
    assert len(charts) == 9
    for chart in charts:
        ET.fromstring(chart)  # noqa: S314  (our own)
    assert "<T00>" not in pages[0]
    assert "&lt;T00&gt; &amp; Co" in pages[0]


def test_numbers_at_the_top_are_those_of_the_run(pages: tuple[str, str]) -> None:
    found = re.findall(r"<b>([^<]*)</b><span>([^<]*)</span>", pages[0])
    tiles = {what: value for value, what in found}
    assert (tiles["sentiment events"], tiles["entities named"]) == (f"{DAYS * len(TICKERS):,}", str(len(TICKERS)))
    assert (tiles["risk events"], tiles["alerts"], tiles["dead letters"]) == ("1", "1", "4")


def test_same_run_gives_the_same_page(pages: tuple[str, str]) -> None:
    assert pages[0] == pages[1]


def test_empty_run_says_why_there_is_nothing_to_see(tmp_path: Path) -> None:
    page = page_of(finished(tmp_path, "empty", []))
    for why in ("The run wrote no events", "no subscriptions", "No record was rejected", "There are no bars"):
        assert why in page
    assert "None of the 2 subscriptions fired" in page_of(RunFolder(tmp_path, "empty"), subscriptions=2)


def test_history_is_not_mistaken_for_latency() -> None:
    digest = Digest()
    for event in events(days=1):
        digest.add_sentiment(event)
    assert (digest.not_live, dict(digest.waits)) == (len(TICKERS), {})
    live = events(days=1)[0]
    digest.add_sentiment(live | {"received_at": live["processed_at"]})
    assert sum(digest.waits["from receipt to event"].values()) == 1


def test_documents_are_counted_once_however_many_entities_they_name() -> None:
    digest = Digest()
    for number in range(3):
        digest.add_sentiment(events(days=1)[number] | {"entity_count": 3})
    assert sum(digest.documents.values()) == pytest.approx(1)


def test_each_hypothesis_counts_once_however_often_it_is_tried(tmp_path: Path) -> None:
    found = events_of_run(run_with_all(tmp_path))

    def tried(**how: Any) -> int:
        return put_to_the_test(found, bars(), asked(**how), look_up=lambda _: ENTITIES).hypotheses

    # Of the four signals two have values here: no document was judged, and no risk has a price.
    first = tried()
    assert tried(seed=1) == first
    assert tried(delay=5) == 2 * first
    assert Trials(found.folder).before({}) == 2 * first
    assert tried(benchmark=NONE) == 3 * first


def test_an_event_that_was_written_twice_counts_once(tmp_path: Path) -> None:
    lines = b"\n".join(orjson.dumps(event) for event in events(days=2))
    (tmp_path / "sentiment.events.jsonl").write_bytes(lines + b"\n" + lines)
    assert [one["event_id"] for one in events_in(tmp_path).read("sentiment.events")] == [
        one["event_id"] for one in events(days=2)
    ]


def test_line_that_was_broken_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "risk.events.jsonl").write_bytes(b'{"event_id": "1"}\n\n{"event_id": "2", "pol')
    with pytest.raises(DataError, match=r"line 3 of .*risk\.events\.jsonl .*delete the line"):
        list(events_in(tmp_path).read("risk.events"))


def test_live_events_are_read_from_the_lines_of_tail(tmp_path: Path) -> None:
    lines = b"\n".join(orjson.dumps(event) for event in events(days=2))
    (tmp_path / "sentiment.events.jsonl").write_bytes(lines)
    found = events_in(tmp_path)
    assert len(list(found.read(SENTIMENT.name))) == 2 * len(TICKERS)
    assert list(found.read(RISK.name)) == []
    with pytest.raises(DataError, match="has neither"):
        events_in(tmp_path / "none")


def test_run_that_is_not_done_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is interrupted"):
        events_of_run(begun(tmp_path, "half"))
