"""Bars as arrays, and the one way into them: only what starts after an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.errors import DataError
from stream_app.events.bar import Bar
from stream_app.research.backtest.availability import micros

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DAY = 86_400_000_000
"""In microseconds."""


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of one ticker in the order of their start; all arrays are [bars], times in microseconds since 1970."""

    starts: Integers
    opens: Floats
    closes: Floats

    def first_after(self, moment: int) -> int | None:
        """Return the number of the first bar that starts after the moment, never at it; None where none does."""
        place = int(np.searchsorted(self.starts, moment, side="right"))
        return place if place < len(self.starts) else None

    def returns(self, horizon: int) -> Floats:
        """Return what buying at each bar's open and selling at the close of the bar `horizon` - 1 further on gives.

        NaN where the series ends before.
        """
        found = np.full(len(self.starts), np.nan)
        last = len(self.starts) - horizon + 1
        if last > 0:
            with np.errstate(divide="ignore", invalid="ignore"):
                found[:last] = self.closes[horizon - 1 :] / self.opens[:last] - 1
        found[~np.isfinite(found)] = np.nan
        return found

    def days_spanned(self, horizon: int) -> int:
        """Return how many days with bars a position of that horizon usually touches."""
        if len(self.starts) < horizon:
            return horizon
        _, days = np.unique(self.starts // DAY, return_inverse=True)
        return int(np.median(days[horizon - 1 :] - days[: len(days) - horizon + 1])) + 1


Prices = Mapping[str, Series]
"""By ticker."""


def prices_of(bars: Iterable[Bar]) -> dict[str, Series]:
    """Return the bars by ticker; DataError where a ticker has two bars of one start, which is which nobody knows."""
    rows: dict[str, list[tuple[int, float, float]]] = {}
    for bar in bars:
        rows.setdefault(bar.ticker, []).append((micros(bar.start), bar.open, bar.close))
    return {ticker: _series(ticker, sorted(found)) for ticker, found in sorted(rows.items())}


def _series(ticker: str, rows: list[tuple[int, float, float]]) -> Series:
    starts = np.array([row[0] for row in rows], np.int64)
    if (np.diff(starts) == 0).any():
        raise DataError(f"the bars have {ticker} twice at one start: leave one of them out")
    opens, closes = (np.array([row[place] for row in rows], np.float64) for place in (1, 2))
    return Series(starts, opens, closes)
