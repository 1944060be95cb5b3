"""Ridge regression of moves on propagated shocks, drawn towards the priors, with errors that days do not deceive.

The moves of one day are moved by the same news, and moves over several days overlap: so errors are those of Driscoll
and Kraay (1998), which sum the rows of a day and let sums of near days hang together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Coefficients with standard errors; `from_prior` is the part of each in 0..1 that the prior decided."""

    values: Floats
    errors: Floats
    from_prior: Floats
    rows: int
    days: int


def ridge_to_prior(
    design: Floats, moves: Floats, days: NDArray[np.int64], *, prior: Floats, spread: Floats, lags: int
) -> Estimates:
    """Return the coefficients of `design` `[rows, terms]`, each drawn to its `prior`.

    `spread` is how far a coefficient may well lie from its prior (a standard deviation; infinite: no pull). `lags` are
    the days over which rows overlap.
    """
    plain = np.linalg.lstsq(design, moves, rcond=None)[0]
    noise = float(np.var(moves - design @ plain))
    pull = np.diag(np.where(np.isfinite(spread), noise / np.square(np.where(np.isfinite(spread), spread, 1.0)), 0.0))
    inverse = np.linalg.pinv(design.T @ design + pull)
    values = inverse @ (design.T @ moves + pull @ prior)
    meat = day_sums_covariance(design * (moves - design @ values)[:, np.newaxis], days, lags)
    errors = np.sqrt(np.maximum(np.diag(inverse @ meat @ inverse), 0.0))
    return Estimates(
        np.asarray(values, np.float64),
        errors,
        np.asarray(np.diag(inverse @ pull), np.float64),
        len(moves),
        len(np.unique(days)),
    )


def day_sums_covariance(scores: Floats, days: NDArray[np.int64], lags: int) -> Floats:
    """Return the covariance of the sums of scores by day, with those of near days, by Bartlett's weights."""
    first = int(days.min()) if len(days) else 0
    sums = np.zeros((int(days.max()) - first + 1 if len(days) else 0, scores.shape[1]))
    np.add.at(sums, days - first, scores)
    meat = sums.T @ sums
    for lag in range(1, min(lags, len(sums) - 1) + 1):
        cross = sums[lag:].T @ sums[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    return np.asarray(meat)
