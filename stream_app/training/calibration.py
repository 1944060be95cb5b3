"""Temperatures that make a head's probabilities come true, and how far they are from that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float64]
Labels = NDArray[np.int64]

_COLDEST, _HOTTEST = 0.25, 4.0
_STEPS = 60
_GOLDEN = (5**0.5 - 1) / 2
_BINS = 15
_LEAST = 1e-9
_DRAWS = 200


def fit_temperature(probabilities: Probabilities, labels: Labels) -> float:
    """Return the temperature in 0.25..4 that makes the labels likeliest; `probabilities` `[rows, classes]` have 1.

    Guo et al., "On Calibration of Modern Neural Networks", 2017.
    """
    return fit_to_sets(probabilities, np.eye(probabilities.shape[1], dtype=np.bool_)[labels])


def fit_to_sets(probabilities: Probabilities, right: NDArray[np.bool_]) -> float:
    """Return the same where several classes of a row may be `right` `[rows, classes]`, and nobody says which."""
    low, high = np.log(_COLDEST), np.log(_HOTTEST)
    for _ in range(_STEPS):
        cooler, hotter = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _surprise(probabilities, right, np.exp(cooler)) < _surprise(probabilities, right, np.exp(hotter)):
            high = hotter
        else:
            low = cooler
    return float(np.exp((low + high) / 2))


def cross_fitted(probabilities: Probabilities, right: NDArray[np.bool_], half: NDArray[np.bool_]) -> Probabilities:
    """Return each half of the rows at the temperature that the other one gives, so that no row judges its own.

    `probabilities` `[rows, classes]` have temperature 1, and keep it where the other half has no rows.
    """
    found = probabilities.copy()
    for own in (half, ~half):
        if not own.all():
            found[own] = at_temperature(probabilities[own], fit_to_sets(probabilities[~own], right[~own]))
    return found


def at_temperature(probabilities: Probabilities, temperature: float) -> Probabilities:
    """Return what probabilities of temperature 1 become at another."""
    logits = np.log(np.maximum(probabilities, _LEAST)) / temperature
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), dtype=np.float64)


def calibration_error(probabilities: Probabilities, labels: Labels) -> float:
    """Return the expected calibration error of the likeliest class, over 15 bins of equal width."""
    confidence, right = probabilities.max(axis=-1), probabilities.argmax(axis=-1) == labels
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [abs(confidence[bins == one].sum() - right[bins == one].sum()) for one in range(_BINS)]
    return float(sum(gaps) / max(len(labels), 1))


def calibration_by_chance(probabilities: Probabilities) -> float:
    """Return the error that as many rows would show on average if these probabilities came true exactly.

    The error of few rows is never nought: in each bin, what comes true differs from what was expected by chance. It is
    drawn 200 times (Vaicenavicius et al., "Evaluating model calibration in classification", 2019).
    """
    rng, confidence = np.random.default_rng(len(probabilities)), probabilities.max(axis=-1)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    members = np.eye(_BINS)[bins]
    right = rng.random((_DRAWS, len(confidence))) < confidence
    gaps = np.abs((right - confidence) @ members).sum(axis=-1)
    return float(gaps.mean() / max(len(confidence), 1))


def _surprise(probabilities: Probabilities, right: NDArray[np.bool_], temperature: float) -> float:
    chosen = (at_temperature(probabilities, temperature) * right).sum(axis=-1)
    return float(-np.log(np.maximum(chosen, _LEAST)).mean())
