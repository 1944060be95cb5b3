"""A set of numbers held against later history: what its signals say of the next days, and its chances of what came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.chances import MOST_DAYS, Chances, chances
from stream_app.calibration.history import History
from stream_app.calibration.panel import Panel
from stream_app.calibration.platt import FittedCurve, fit_curve
from stream_app.calibration.skill import Figure, hit_rate, information_coefficient, mean_by_day
from stream_app.causal.curve import Curve
from stream_app.causal.parameters import CausalParameters

Floats = NDArray[np.float64]
BLOCK_DAYS = 5
WEEK_DAYS = 5
_BINS = 10


@dataclass(frozen=True, slots=True)
class SignalCheck:
    """Rank correlation with the move of the next day, of the next five, and of the day itself; hits of the next day."""

    next_day: Figure
    next_week: Figure
    hits: Figure
    same_day: Figure


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of about the same probability: its mean, and how often it came true."""

    told: float
    came_true: Figure


@dataclass(frozen=True, slots=True)
class ChanceCheck:
    """Brier scores before and after calibration and of one chance for all, and reliability before and after.

    `gain` is the constant chance's Brier score less that after calibration: above 0 where the scores tell something.
    """

    before: Figure
    after: Figure
    constant: Figure
    gain: Figure
    bins_before: tuple[Bin, ...]
    bins_after: tuple[Bin, ...]
    error_before: float
    error_after: float


def check_signal(signal: Floats, fresh: Floats, *, history: History, days: NDArray[np.int64]) -> SignalCheck:
    """Hold a signal against moves; `fresh` is what of it came on the day itself. Both `[days, companies]`.

    Moves after a day's close are what is predicted; the same day's is association.
    """
    kept = _within(days, 1)
    week = _within(days, WEEK_DAYS)
    ahead = history.moves(1)
    return SignalCheck(
        information_coefficient(signal[kept], ahead[kept], block=BLOCK_DAYS),
        information_coefficient(signal[week], history.moves(WEEK_DAYS)[week], block=2 * BLOCK_DAYS),
        hit_rate(signal[kept], ahead[kept], block=BLOCK_DAYS),
        information_coefficient(fresh[days], history.same_day()[days], block=BLOCK_DAYS),
    )


def _within(days: NDArray[np.int64], ahead: int) -> NDArray[np.int64]:
    return days[days + ahead <= days.max()] if len(days) else days


def calibrate(
    panel: Panel, history: History, days: NDArray[np.int64], *, parameters: CausalParameters
) -> tuple[FittedCurve, float]:
    """Return the curve of these days, and how often moves of either side came."""
    rows = chances(panel, history, days, parameters=parameters)
    return fit_curve(rows.scores, rows.happened, rows.days, lags=MOST_DAYS), float(rows.happened.mean())


def check_chances(rows: Chances, curve: Curve, constant: float) -> ChanceCheck:
    """Hold probabilities against what happened; rows where nothing was alive do not count."""
    told = np.flatnonzero(rows.told)
    happened, days = rows.happened[told].astype(np.float64), rows.days[told]
    before, after = rows.scores[told], rows.calibrated(curve)[told]
    errors = [np.square(one - happened) for one in (before, after, np.full(len(told), constant))]
    bins = [_bins(one, happened, days) for one in (before, after)]
    scored = [mean_by_day(one, days, block=2 * BLOCK_DAYS) for one in (*errors, errors[2] - errors[1])]
    off = [_calibration_error(one) for one in bins]
    return ChanceCheck(scored[0], scored[1], scored[2], scored[3], bins[0], bins[1], off[0], off[1])


def _bins(told: Floats, happened: Floats, days: NDArray[np.int64]) -> tuple[Bin, ...]:
    """Return bins with as many rows each, as far as equal probabilities stay together."""
    if not len(told):
        return ()
    edges = np.unique(np.quantile(told, np.linspace(0, 1, _BINS + 1)[1:-1]))
    place = np.searchsorted(edges, told, side="left")
    return tuple(
        Bin(float(told[chosen].mean()), mean_by_day(happened[chosen], days[chosen], block=2 * BLOCK_DAYS))
        for chosen in (np.flatnonzero(place == number) for number in np.unique(place))
    )


def _calibration_error(bins: tuple[Bin, ...]) -> float:
    """Return by how much probabilities and frequencies differ in the mean, weighted by rows."""
    rows = sum(one.came_true.rows for one in bins)
    return (
        sum(abs(one.told - one.came_true.value) * one.came_true.rows for one in bins) / rows if rows else float("nan")
    )
