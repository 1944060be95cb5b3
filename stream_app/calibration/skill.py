"""How well a signal tells what comes: information coefficient, hit rate and Brier score, with intervals.

Days are drawn again in blocks, since the moves of a day, and of days in a row, are not independent. Of few blocks
intervals are widened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.few_blocks import widening
from stream_app.calibration.ranks import rank_correlation

Floats = NDArray[np.float64]
_DRAWS = 1000
_LEVEL = (2.5, 97.5)
_LEAST_COMPANIES = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the ends of its 95 % interval, and on how many rows and days it stands."""

    value: float
    low: float
    high: float
    rows: int
    days: int


def information_coefficient(signal: Floats, moves: Floats, *, block: int, seed: int = 0) -> Figure:
    """Return the mean over days of the rank correlation across companies; both are `[days, companies]`.

    Only companies with a signal count, and only days with at least ten of them.
    """
    found = [
        (rank_correlation(one[known], other[known]), int(known.sum()))
        for one, other in zip(signal, moves, strict=True)
        if (known := (one != 0) & np.isfinite(other)).sum() >= _LEAST_COMPANIES
    ]
    daily = np.array([[value, 1.0] for value, _ in found if value is not None]).reshape(-1, 2)
    return _figure(daily, sum(rows for _, rows in found), block=block, seed=seed)


def hit_rate(signal: Floats, moves: Floats, *, block: int, seed: int = 0) -> Figure:
    """Return the share of rows whose move has the sign of the signal."""
    known = (signal != 0) & np.isfinite(moves) & (moves != 0)
    hits = (np.sign(signal) == np.sign(moves)) & known
    daily = np.column_stack([hits.sum(axis=1), known.sum(axis=1)]).astype(np.float64)
    return _figure(daily[daily[:, 1] > 0], int(known.sum()), block=block, seed=seed)


def mean_by_day(values: Floats, days: NDArray[np.int64], *, block: int, seed: int = 0) -> Figure:
    """Return the mean of one value a row, such as a squared error; `days` tells the day of each row."""
    if not len(values):
        return _figure(np.zeros((0, 2)), 0, block=block, seed=seed)
    _, place = np.unique(days, return_inverse=True)
    daily = np.column_stack([np.bincount(place, values), np.bincount(place)]).astype(np.float64)
    return _figure(daily, len(values), block=block, seed=seed)


def _figure(daily: Floats, rows: int, *, block: int, seed: int) -> Figure:
    """Return the sum of the first column over that of the second, with its interval over days drawn again."""
    if not len(daily):
        return Figure(float("nan"), float("nan"), float("nan"), 0, 0)
    drawn = [_ratio(daily[places]) for places in _draws(len(daily), block, seed)]
    value, wider = _ratio(daily), widening(len(daily), block)
    low, high = (value + wider * (float(end) - value) for end in np.percentile(drawn, _LEVEL))
    return Figure(value, low, high, rows, len(daily))


def _ratio(daily: Floats) -> float:
    top, bottom = daily.sum(axis=0)
    return float(top / bottom)


def _draws(days: int, block: int, seed: int) -> list[NDArray[np.int64]]:
    """Return the days of each draw: blocks that begin anywhere, and go on at the beginning."""
    dice = np.random.default_rng(seed)
    blocks = -(-days // block)
    starts = dice.integers(0, days, (_DRAWS, blocks))
    places = (starts[:, :, np.newaxis] + np.arange(block)) % days
    return list(places.reshape(_DRAWS, -1)[:, :days])
