"""What was said to be probable beside what happened: one row for each trading day, company and side.

A row's score is that of the last risk event that the day could have. It came true where the abnormal return from the
day's close over the horizon goes beyond what is usual for as many days: at most -1 (adverse) or at least 1 (favourable)
times the usual daily volatility times the root of the trading days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.history import History
from stream_app.calibration.panel import ADVERSE, Panel
from stream_app.causal.curve import Curve
from stream_app.causal.parameters import CausalParameters

Floats = NDArray[np.float64]
_HOURS_A_TRADING_DAY = 7 * 24 / 5
_QUIET_DAYS = 5
"""Horizon in trading days where nothing is alive."""
MOST_DAYS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """Score before calibration, whether it came true, the day, and whether anything was alive, row by row."""

    scores: Floats
    happened: NDArray[np.bool_]
    days: NDArray[np.int64]
    told: NDArray[np.bool_]

    def calibrated(self, curve: Curve) -> Floats:
        """Return the probabilities of a curve."""
        known = {score: curve(score) for score in np.unique(self.scores).tolist()}
        return np.array([known[score] for score in self.scores.tolist()])


def chances(panel: Panel, history: History, days: NDArray[np.int64], *, parameters: CausalParameters) -> Chances:
    """Return the rows of these days; those whose horizon ends after the last of them are left out: no look-ahead."""
    ahead = horizons(panel.hours[days])
    moves = np.full(ahead.shape, np.nan)
    for length in np.unique(ahead).tolist():
        far = history.moves(length)[days]
        moves = np.where(ahead == length, far[:, :, np.newaxis], moves)
    last = days.max() if len(days) else 0
    known = np.isfinite(moves) & (days[:, np.newaxis, np.newaxis] + ahead <= last)
    sides = np.where(np.arange(2) == ADVERSE, -1.0, 1.0)
    size = panel.size[days]
    score = 1.0 - (1.0 - parameters.base_rate) * np.exp(-parameters.probability_rate * size)
    row_days = np.broadcast_to(days[:, np.newaxis, np.newaxis], known.shape)
    return Chances(
        np.clip(score[known], 0.0, 1 - 1e-9), (moves * sides >= 1)[known], row_days[known], (size > 0)[known]
    )


def horizons(hours: Floats) -> NDArray[np.int64]:
    """Return hours as trading days, at least one."""
    days = np.clip(np.rint(hours / _HOURS_A_TRADING_DAY), 1, MOST_DAYS).astype(np.int64)
    return np.where(hours > 0, days, _QUIET_DAYS)
