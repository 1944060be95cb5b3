"""Daily prices as abnormal returns: what a company did apart from the market, in units of what is usual for it.

Everything of a day is known at its close: betas come from the days before it, usual volatilities from it and the days
before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stream_app.errors import DataError
from stream_app.events.bar import Bar

Floats = NDArray[np.float64]
BETA_DAYS = 120
USUAL_DAYS = 60
_LEAST_SEEN = 0.8
"""Part of a window's days that a stock must have been traded on."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Of each trading day and company: the abnormal return and the usual daily volatility, NaN where unknown.

    `abnormal[d]` is that of the close of day d - 1 to the close of day d; `usual[d]` is known at the close of day d.
    `closings` are seconds since 1970: what is published before `closings[d]` is known at the price of that close.
    """

    days: tuple[date, ...]
    closings: Floats
    companies: tuple[str, ...]
    abnormal: Floats
    usual: Floats

    @classmethod
    def of(cls, bars: Iterable[Bar], entities: Mapping[str, str], *, closes_after: timedelta) -> Self:
        """Return the history of these daily bars, by the companies that `entities` has for tickers.

        `closes_after` is the time from a bar's start to its close. DataError where two bars of a day are one ticker's.
        """
        closes, starts = _closes(bars, entities)
        companies = tuple(sorted({company for _, company in closes}))
        days = tuple(sorted(starts))
        table = np.full((len(days), len(companies)), np.nan)
        row, column = ({key: place for place, key in enumerate(keys)} for keys in (days, companies))
        for (day, company), close in closes.items():
            table[row[day], column[company]] = np.log(close) if close > 0 else np.nan
        abnormal = _abnormal(np.diff(table, axis=0, prepend=np.nan))
        closings = np.array([(starts[day] + closes_after).timestamp() for day in days])
        return cls(days, closings, companies, abnormal, _deviations(abnormal, USUAL_DAYS))

    def day_of(self, seconds: Floats) -> NDArray[np.int64]:
        """Return the first day whose close is later than each time; the number of days where there is none."""
        return np.searchsorted(self.closings, seconds, side="right")

    def between(self, first: date, last: date) -> NDArray[np.int64]:
        """Return the days from the first to the last, both included."""
        return np.array([place for place, day in enumerate(self.days) if first <= day <= last], np.int64)

    def moves(self, ahead: int) -> Floats:
        """Return what comes after each day's close `[days, companies]`: the abnormal return over so many trading days.

        In units of what is usual for as many days; NaN where the history ends before.
        """
        sums = np.full_like(self.abnormal, np.nan)
        windows = sliding_window_view(self.abnormal, ahead, axis=0).sum(axis=-1)
        sums[: len(self.days) - ahead] = windows[1:]
        return np.asarray(sums / (self.usual * np.sqrt(ahead)))

    def same_day(self) -> Floats:
        """Return the move that ends at each day's close, by what was usual the day before."""
        before = np.full_like(self.usual, np.nan)
        before[1:] = self.usual[:-1]
        return np.asarray(self.abnormal / before)


def _closes(
    bars: Iterable[Bar], entities: Mapping[str, str]
) -> tuple[dict[tuple[date, str], float], dict[date, datetime]]:
    """Return closes by day and company, and when each day's bars start.

    Of a company's tickers, which may be different shares, the one with the most bars counts, on all days.
    """
    series: dict[str, dict[date, float]] = {}
    starts: dict[date, datetime] = {}
    for bar in bars:
        day = bar.start.date()
        closes = series.setdefault(bar.ticker, {})
        if day in closes:
            raise DataError(f"{bar.ticker} has two bars on {day}: give daily bars, each once")
        closes[day] = bar.close
        if bar.ticker in entities:
            starts[day] = bar.start
    if not starts:
        raise DataError("no bar is of a company of the graph: see the tickers, or name the columns by --market-map")
    chosen: dict[str, str] = {}
    for ticker in sorted(series.keys() & entities.keys(), key=lambda one: (-len(series[one]), one)):
        chosen.setdefault(entities[ticker], ticker)
    found = {(day, company): close for company, ticker in chosen.items() for day, close in series[ticker].items()}
    return found, starts


def _abnormal(returns: Floats) -> Floats:
    """Return returns less beta times the mean of all; betas are of the days before."""
    traded = np.isfinite(returns)
    market = np.nansum(returns, axis=1) / np.maximum(traded.sum(axis=1), 1)
    abnormal = np.full_like(returns, np.nan)
    for day in range(BETA_DAYS + 1, len(returns)):
        window, common = returns[day - BETA_DAYS : day], market[day - BETA_DAYS : day]
        known = np.isfinite(window)
        centred = common[:, np.newaxis] - np.sum(common[:, np.newaxis] * known, axis=0) / np.maximum(known.sum(0), 1)
        spread = np.sum(known * centred**2, axis=0)
        beta = np.nansum(centred * window, axis=0) / np.where(spread > 0, spread, np.nan)
        enough = known.sum(axis=0) >= _LEAST_SEEN * BETA_DAYS
        abnormal[day] = np.where(enough, returns[day] - beta * market[day], np.nan)
    return abnormal


def _deviations(abnormal: Floats, length: int) -> Floats:
    """Return the root mean square of the last so many days, the day itself included."""
    found = np.full_like(abnormal, np.nan)
    for day in range(length, len(abnormal)):
        window = abnormal[day - length + 1 : day + 1]
        known = np.isfinite(window).sum(axis=0)
        squares = np.nansum(window**2, axis=0) / np.maximum(known, 1)
        found[day] = np.where((known >= _LEAST_SEEN * length) & (squares > 0), np.sqrt(squares), np.nan)
    return found
