"""Abnormal returns: what a ticker did beyond the market in the same bars.

Market-adjusted (Brown and Warner 1985): with some dozens of tickers and daily bars, an estimated beta adds more noise
than it takes away.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from stream_app.errors import DataError
from stream_app.research.backtest.prices import Floats, Prices

MEAN, NONE = "mean", "none"
"""The equal-weighted mean of all tickers that have bars; or raw returns. Anything else is the ticker of an index."""


def abnormal_returns(prices: Prices, horizon: int, *, market: str) -> dict[str, Floats]:
    """Return each ticker's returns less those of the market over bars of the same start, by ticker, [bars].

    NaN where either is not known. DataError for an index that has no bars.
    """
    raw = {ticker: series.returns(horizon) for ticker, series in prices.items()}
    if market == NONE:
        return raw
    if market not in {MEAN, *prices}:
        raise DataError(f"there are no bars of {market}: name another index, “{MEAN}” or “{NONE}”")
    of_market = _mean_by_start(prices, raw, {market} if market in prices else set(prices))
    return {
        ticker: found - np.array([of_market.get(start, np.nan) for start in prices[ticker].starts.tolist()])
        for ticker, found in raw.items()
    }


def _mean_by_start(prices: Prices, returns: dict[str, Floats], tickers: set[str]) -> dict[int, float]:
    found: defaultdict[int, list[float]] = defaultdict(list)
    for ticker in sorted(tickers):
        for start, value in zip(prices[ticker].starts.tolist(), returns[ticker].tolist(), strict=True):
            if value == value:  # noqa: PLR0124  (NaN alone differs from itself)
                found[start].append(value)
    return {start: sum(values) / len(values) for start, values in found.items()}
