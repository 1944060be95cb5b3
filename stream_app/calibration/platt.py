"""Platt's curve from scores to probabilities, by maximum likelihood, never falling: what calibrates the chances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.strengths import day_sums_covariance
from stream_app.causal.curve import Curve

Floats = NDArray[np.float64]
LEAST_SLOPE = 0.02
"""However little a history says of the scores, they keep their order."""
_STEPS = 50
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True)
class FittedCurve:
    """The curve, standard errors of its intercept and slope, and whether the slope had to be held up."""

    curve: Curve
    intercept_error: float
    slope_error: float
    slope_found: float


def fit_curve(scores: Floats, happened: NDArray[np.bool_], days: NDArray[np.int64], *, lags: int) -> FittedCurve:
    """Return the curve that makes `happened` most likely; errors as in `strengths`."""
    design = np.column_stack([np.ones(len(scores)), np.log(scores / (1 - scores))])
    found = _most_likely(design, happened.astype(np.float64))
    chance = _logistic(design @ found)
    inverse = np.linalg.pinv(design.T @ (design * (chance * (1 - chance))[:, np.newaxis]))
    meat = day_sums_covariance(design * (happened - chance)[:, np.newaxis], days, lags)
    errors = np.sqrt(np.maximum(np.diag(inverse @ meat @ inverse), 0.0))
    slope = float(found[1])
    intercept = float(found[0])
    if slope < LEAST_SLOPE:
        offset = LEAST_SLOPE * design[:, 1]
        slope, intercept = LEAST_SLOPE, _intercept(offset, float(happened.mean()))
    return FittedCurve(Curve(intercept, slope), float(errors[0]), float(errors[1]), float(found[1]))


def _most_likely(design: Floats, happened: Floats) -> Floats:
    at = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = _logistic(design @ at)
        slope = design.T @ (happened - chance)
        step = np.linalg.pinv(design.T @ (design * (chance * (1 - chance))[:, np.newaxis])) @ slope
        at = at + step
        if np.abs(step).max() < _CLOSE:
            break
    return at


def _intercept(offset: Floats, wanted: float) -> float:
    """Return the intercept with which the chances are as many as happened, by halving."""
    low, high = -20.0, 20.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _logistic(offset + middle).mean() < wanted else (low, middle)
    return (low + high) / 2


def _logistic(value: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-value)))
