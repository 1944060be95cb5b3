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


def fit_temperature(probabilities: Probabilities, labels: Labels) -> float:
    """Return the temperature in 0.25..4 that makes the labels likeliest; `probabilities` `[rows, classes]` have 1.

    Guo et al., "On Calibration of Modern Neural Networks", 2017.
    """
    low, high = np.log(_COLDEST), np.log(_HOTTEST)
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _surprise(probabilities, labels, np.exp(left)) < _surprise(probabilities, labels, np.exp(right)):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


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


def _surprise(probabilities: Probabilities, labels: Labels, temperature: float) -> float:
    chosen = at_temperature(probabilities, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, _LEAST)).mean())
