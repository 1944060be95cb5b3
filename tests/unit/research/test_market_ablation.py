"""The market's ablation finds what is there, does not believe what is too good, and never reads a bar too early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from stream_app.errors import DataError
from stream_app.events.bar import Bar
from stream_app.research.ablation.market_model import VARIANTS, MarketConfig, inputs_of
from stream_app.research.ablation.market_rows import RowMaker, Rows
from stream_app.research.ablation.market_study import MarketStudy, Split, study
from stream_app.research.backtest.availability import Availability
from tests.unit.research.markets import DAY, ENTITIES, TICKERS, said

BEGIN = datetime(2014, 1, 6, 14, 30, tzinfo=UTC)
LENGTH = timedelta(hours=6.5)
DAYS, TOLD_FROM = 140, 85
SPLIT = Split((BEGIN + 108 * DAY).date(), (BEGIN + 114 * DAY).date())
CONFIG = MarketConfig(seeds=1, epochs=10, patience=10, rate=3e-3, hidden=16)


def bars(*, momentum: float = 0.0, seed: int = 1) -> list[Bar]:
    """Return daily bars whose move is so much that of the day before, and else chance."""
    random = np.random.default_rng(seed)
    moves = random.normal(0, 0.02, (len(TICKERS), DAYS))
    for day in range(1, DAYS):
        moves[:, day] += momentum * moves[:, day - 1]
    closes = 50 * np.exp(np.cumsum(moves, axis=1))
    return [
        bar(ticker, day, closes[number, day - 1] if day else 50.0, closes[number, day])
        for number, ticker in enumerate(TICKERS)
        for day in range(DAYS)
    ]


def bar(ticker: str, day: int, opened: float, close: float) -> Bar:
    high, low = max(opened, close), min(opened, close)
    return Bar(ticker=ticker, start=BEGIN + day * DAY, open=opened, high=high, low=low, close=close, volume=1000.0)


def event(ticker: str, at: datetime, value: float, number: int) -> dict[str, Any]:
    """Return a sentiment event as a run keeps it, as far as it is read."""
    half = (1 + value) / 2
    own = {"negative": 1 - half, "neutral": 0.0, "positive": half}
    fields = {"document_id": f"d{number}", "source_kind": "social", "author": {"handle": None, "followers": number}}
    more = {"probabilities": own, "relevance": 0.9, "topic": {"label": "markets", "probability": 0.8}, "shock": None}
    return said(ticker, at, value, **fields, **more)


def rows(prices: Sequence[Bar], *, foreseeing: bool = False, hours: float = 8) -> Rows:
    """Return rows of one event a ticker and day, `hours` after that day's bar began; it may know the next bar."""
    maker = RowMaker(prices, ENTITIES, Availability(), length=LENGTH)
    gains = {(one.ticker, one.start): one.close / one.open - 1 for one in prices}
    random = np.random.default_rng(5)
    for number, ticker in enumerate(TICKERS):
        for day in range(TOLD_FROM, DAYS - 1):
            at = BEGIN + day * DAY + timedelta(hours=hours)
            known = 20 * gains[ticker, BEGIN + (day + 1) * DAY] if foreseeing else random.uniform(-1, 1)
            maker.add(event(ticker, at, float(np.clip(known, -1, 1)), 1000 * number + day))
    return maker.rows()


def told(found: Rows) -> MarketStudy:
    return study(found, None, SPLIT, config=CONFIG, samples=200, report=lambda *_: None)


def test_chance_is_told_by_nothing() -> None:
    found = told(rows(bars()))
    assert not found.doubtful
    for one in found.told.values():
        assert one.area.value == pytest.approx(0.5, abs=0.05)
        assert one.accuracy.value == pytest.approx(0.5, abs=0.05)
        assert one.correlation.value == pytest.approx(0, abs=0.1)


def test_momentum_that_is_there_is_told_by_the_market_and_not_by_text() -> None:
    found = told(rows(bars(momentum=0.8)))
    for name in ("market", "text_market", "fused"):
        assert (found.told[name].area.value or 0) > 0.65
        assert (found.told[name].area_gain.low or 0) > 0.1
    assert found.told["text"].area.value == pytest.approx(0.5, abs=0.05)
    assert {"market", "text_market", "fused"} <= set(found.doubtful)


def test_planted_leak_is_not_believed() -> None:
    """Events that tell the return of the bar that is still to begin."""
    assert "text" in told(rows(bars(), foreseeing=True)).doubtful


@pytest.mark.parametrize("hours", [1, 6, 8, 20])
def test_market_of_a_row_does_not_know_any_bar_that_was_not_over(hours: float) -> None:
    """The bar in which an event falls has begun, but its close is replaced by noise, and so are all after it."""
    prices, other = bars(), bars(seed=2)
    day = TOLD_FROM + 10
    over = BEGIN + day * DAY + timedelta(hours=hours) - LENGTH
    changed = [old if old.start <= over else new for old, new in zip(prices, other, strict=True)]
    one, two = rows(prices, hours=hours), rows(changed, hours=hours)
    told_of = (BEGIN + (day + 1) * DAY).timestamp() // 86400
    same, later = ([part.market[part.days <= told_of], part.market[part.days > told_of + 1]] for part in (one, two))
    assert (same[0] == later[0]).all()
    assert not (same[1] == later[1]).all()


def test_engagement_and_texts_of_a_bar_are_means_of_its_events() -> None:
    maker = RowMaker(bars(), ENTITIES, Availability(), length=LENGTH)
    at = BEGIN + 100 * DAY + timedelta(hours=8)
    for number, value in ((1, 0.5), (3, -0.1)):
        maker.add(event("T00", at + timedelta(minutes=number), value, number))
    maker.add(event("T00", at, 0.0, 9) | {"polarity": None, "document_sentiment": None})
    maker.add(event("none", at, 0.0, 9))
    maker.add(event("T00", BEGIN + DAYS * DAY, 0.0, 9))
    found = maker.rows()
    assert maker.counts == {"used": 2, "unscored": 1, "without a bar": 2}
    assert found.documents == ("d3",)
    assert found.scores[0, 6] == pytest.approx(0.2)
    assert found.engagement[0, 4] == pytest.approx((np.log1p(1) + np.log1p(3)) / 2 / 16)
    assert found.engagement[0, -2] == pytest.approx(np.log1p(2))
    assert not found.missing.any()


def test_part_that_a_variant_lacks_is_zero_and_the_market_may_be_missing() -> None:
    found = rows(bars())
    train = np.ones(len(found.up), np.bool_)
    for variant in VARIANTS:
        parts = inputs_of(found, None, variant, train=train)
        assert bool(parts.market.any()) == variant.market
        assert bool(parts.engagement.any()) == variant.engagement
        assert bool(parts.text.any()) == variant.scores
    short = [one for one in bars() if one.start >= BEGIN + (TOLD_FROM - 30) * DAY]
    assert 0 < rows(short).missing.mean() < 1


def test_days_that_leave_a_part_empty_are_refused() -> None:
    with pytest.raises(DataError, match="no row is left for the test"):
        study(
            rows(bars()),
            None,
            Split(SPLIT.train_until, (BEGIN + 900 * DAY).date()),
            config=CONFIG,
            samples=100,
            report=lambda *_: None,
        )


def test_one_seed_gives_one_table() -> None:
    found = rows(bars())
    assert told(found) == told(found)
