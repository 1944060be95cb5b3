"""Made-up markets and what is said of them, for back-tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from stream_app.research.backtest.prices import Prices, Series

BEGIN = datetime(2014, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
TICKERS = tuple(f"T{number:02}" for number in range(30))
ENTITIES = {f"company:{ticker.lower()}": ticker for ticker in TICKERS}


def market(days: int = 120, *, seed: int = 1) -> Prices:
    """Return daily bars of independent walks; each opens where the last closed."""
    generator = np.random.default_rng(seed)
    starts = np.array([_micros(BEGIN + number * DAY) for number in range(days)], np.int64)
    found = {}
    for ticker in TICKERS:
        closes = 100 * np.exp(np.cumsum(generator.normal(0, 0.02, days)))
        found[ticker] = Series(starts, np.concatenate(([100.0], closes[:-1])), closes)
    return found


def said(ticker: str, at: datetime, value: float, **fields: Any) -> dict[str, Any]:
    """Return a sentiment event of that polarity."""
    half = (1 + value) / 2
    probabilities = {"negative": 1 - half, "neutral": 0.0, "positive": half}
    return {
        "event_id": f"{ticker} {at.isoformat()} {value}",
        "entity": {"id": f"company:{ticker.lower()}"},
        "published_at": at.isoformat(),
        "received_at": at.isoformat(),
        "processed_at": at.isoformat(),
        "polarity": value,
        "novelty": 1.0,
        "document_sentiment": {"probabilities": probabilities},
    } | fields


def said_of_returns(prices: Prices, *, at: timedelta) -> Iterator[dict[str, Any]]:
    """Yield an event for every bar that tells its return, `at` after the bar's start: before it, it foresees."""
    for ticker, series in prices.items():
        for start, gain in zip(series.starts.tolist(), series.returns(1).tolist(), strict=True):
            moment = datetime.fromtimestamp(start / 1e6, tz=UTC) + at
            yield said(ticker, moment, float(np.clip(gain * 10, -1, 1)))


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6)
