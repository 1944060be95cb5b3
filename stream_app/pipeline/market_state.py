"""What the market says of an entity before a document: returns, volatility and volume against what is usual for it.

A bar counts once it is over: one that has begun, but not ended, would tell its close before it was known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from stream_app.events.bar import Bar

WINDOWS = (1, 5, 20)
"""In bars."""
USUAL_BARS = 60
MARKET_FIGURES = ("return", "volatility", "volume_surprise")
MARKET_STATE = len(WINDOWS) * len(MARKET_FIGURES)
_LEAST_USUAL = 20
_MOST = 8.0  # beyond it a figure says more of a split or a wrong price than of the market
_TINY = 1e-12
_RANGE = 2 * np.sqrt(np.log(2))  # Parkinson 1980: the range of a bar over this estimates its volatility

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MarketState:
    """`values` [windows, figures] and which of them are not known; a value that is not known is 0.

    Of each window of w bars up to the last that is over: the log return over it by √w times the usual volatility;
    the log of its volatility by the usual; the log of its mean volume by the usual.
    """

    values: NDArray[np.float32]
    missing: NDArray[np.bool_]

    def flat(self) -> NDArray[np.float32]:
        """Return values, then 1 for each that is missing, [2 * MARKET_STATE]."""
        return np.concatenate((self.values.ravel(), self.missing.ravel().astype(np.float32)))


def market_state(bars: Sequence[Bar], moment: datetime, *, length: timedelta) -> MarketState:
    """Return the state at an event time from one entity's bars in the order of their start, each `length` long.

    Only bars that are over at the moment are read. What is usual is that of the 60 bars before a window's last, of
    which 20 must be there.
    """
    over = bisect_right(bars, moment, key=lambda bar: bar.start + length)
    seen = bars[max(0, over - max(WINDOWS) - USUAL_BARS) : over]
    values = np.array([_figures(seen, window) for window in WINDOWS], np.float64)
    known = np.isfinite(values)
    clipped = np.clip(np.where(known, values, 0.0), -_MOST, _MOST)
    return MarketState(clipped.astype(np.float32), ~known)


def _figures(bars: Sequence[Bar], window: int) -> tuple[float, float, float]:
    """Return the three figures of the last `window` bars, NaN where the bars before are too few to say."""
    unknown = (float("nan"),) * 3
    if len(bars) < window + _LEAST_USUAL + 1:
        return unknown
    closes, volumes = _column(bars, "close"), _column(bars, "volume")
    ranges = _log(_column(bars, "high")) - _log(_column(bars, "low"))
    moves = np.diff(_log(closes))
    before = slice(max(0, len(bars) - window - USUAL_BARS), len(bars) - window)
    usual = _root_mean_square(moves[max(0, before.start - 1) : before.stop - 1])
    if not usual > _TINY:
        return (*unknown[:2], _surprise(volumes, before, window))
    volatility = ranges[-1] / _RANGE if window == 1 else _root_mean_square(moves[-window:])
    usual_volatility = _root_mean_square(ranges[before] / _RANGE) if window == 1 else usual
    return (
        float(moves[-window:].sum() / (usual * np.sqrt(window))),
        float(_log(np.array([volatility / usual_volatility]))[0]) if usual_volatility > _TINY else float("nan"),
        _surprise(volumes, before, window),
    )


def _surprise(volumes: Floats, before: slice, window: int) -> float:
    now, usual = volumes[-window:].mean(), volumes[before].mean()
    return float(np.log(now / usual)) if now > 0 and usual > 0 else float("nan")


def _column(bars: Sequence[Bar], name: str) -> Floats:
    return np.array([getattr(bar, name) for bar in bars], np.float64)


def _log(values: Floats) -> Floats:
    """Return logarithms; NaN where there is none."""
    found: Floats = np.log(np.where(values > 0, values, np.nan))
    return found


def _root_mean_square(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else float("nan")
