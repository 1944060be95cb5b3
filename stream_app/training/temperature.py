"""Temperatures that make a head's probabilities come true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Probabilities: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]

_COLDEST, _HOTTEST = 0.25, 4.0
# below -0.5 two answers could become the same one
_LEAST_DOUBT, _MOST_DOUBT = -0.5, 2.0
_STEPS = 26
_HALVINGS = 40
_GOLDEN = (5**0.5 - 1) / 2
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Temperature:
    """T = level · exp(doubt · H), where H in 0..1 is the entropy of an answer at temperature 1, over that of chance.

    So `level` holds where a head is sure. The more it wavers, the less it is believed where `doubt` is above nought,
    and the more where it is below. Which class is likeliest stays. After Balanya, Maroñas and Ramos, "Adaptive
    temperature scaling for robust calibration of deep neural networks", 2022; with `doubt` 0, Guo et al., "On
    calibration of modern neural networks", 2017.
    """

    level: float = 1.0
    doubt: float = 0.0

    def __str__(self) -> str:
        return f"{self.level:.3f} to {self.level * np.exp(self.doubt):.3f}"

    def of(self, probabilities: Probabilities) -> Probabilities:
        """Return the temperatures `[rows, 1]` of answers `[rows, classes]` that have temperature 1."""
        return self.of_doubts(_doubts(probabilities))

    def of_doubts(self, doubts: Probabilities) -> Probabilities:
        """Return the temperatures of answers of which the entropy over that of chance is known."""
        return np.asarray(self.level * np.exp(self.doubt * doubts), dtype=np.float64)

    def applied(self, probabilities: Probabilities) -> Probabilities:
        """Return what answers of temperature 1 become at this one."""
        return _heated(probabilities, self.of(probabilities))

    def undone(self, probabilities: Probabilities) -> Probabilities:
        """Return the answers of temperature 1 that became these at this one.

        The heat that was an answer's own is found by halving: what a hotter one is undone to is surer.
        """
        low = np.full_like(probabilities[..., :1], np.log(self.level) + min(self.doubt, 0.0))
        high = low + abs(self.doubt)
        for _ in range(_HALVINGS if self.doubt else 0):
            middle = (low + high) / 2
            too_cool = np.log(self.of(_heated(probabilities, np.exp(-middle)))) > middle
            low, high = np.where(too_cool, middle, low), np.where(too_cool, high, middle)
        return _heated(probabilities, np.exp(-(low + high) / 2))


def temperatures_told(told: Mapping[str, float | Mapping[str, float]]) -> dict[str, Temperature]:
    """Return the temperatures of heads as a version's metadata has them; those of older versions are mere numbers."""
    return {head: Temperature(**one) if isinstance(one, Mapping) else Temperature(one) for head, one in told.items()}


def fit_temperature(probabilities: Probabilities, labels: Labels) -> Temperature:
    """Return the one that makes the labels likeliest; `probabilities` `[rows, classes]` have temperature 1."""
    return fit_to_sets(probabilities, np.eye(probabilities.shape[1], dtype=np.bool_)[labels])


def fit_to_sets(probabilities: Probabilities, right: NDArray[np.bool_]) -> Temperature:
    """Return the same where several classes of a row may be `right` `[rows, classes]`, and nobody says which."""
    # asked some eight hundred times: what stays is found once, and with classes first, which NumPy sums faster
    logits, doubts = np.ascontiguousarray(_logits(probabilities).T), _doubts(probabilities).T
    chosen = np.ascontiguousarray(right.T)

    def surprise(level: float, doubt: float) -> float:
        heat = Temperature(float(np.exp(level)), doubt).of_doubts(doubts)
        said = (_softmax(logits / heat, axis=0) * chosen).sum(axis=0)
        return float(-np.log(np.maximum(said, _LEAST)).mean())

    def best_level(doubt: float) -> float:
        return _lowest(lambda level: surprise(level, doubt), float(np.log(_COLDEST)), float(np.log(_HOTTEST)))

    doubt = _lowest(lambda doubt: surprise(best_level(doubt), doubt), _LEAST_DOUBT, _MOST_DOUBT)
    return Temperature(float(np.exp(best_level(doubt))), doubt)


def cross_fitted(probabilities: Probabilities, right: NDArray[np.bool_], fold: NDArray[np.int64]) -> Probabilities:
    """Return each fold of the rows at the temperature that all others give, so that no row judges its own.

    `probabilities` `[rows, classes]` have temperature 1, and keep it where there is one fold alone; `fold` `[rows]`.
    """
    found = probabilities.copy()
    for one in np.unique(fold):
        own = fold == one
        if not own.all():
            found[own] = fit_to_sets(probabilities[~own], right[~own]).applied(probabilities[own])
    return found


def _heated(probabilities: Probabilities, heat: Probabilities) -> Probabilities:
    return _softmax(_logits(probabilities) / heat, axis=-1)


def _logits(probabilities: Probabilities) -> Probabilities:
    return np.asarray(np.log(np.maximum(probabilities, _LEAST)), dtype=np.float64)


def _doubts(probabilities: Probabilities) -> Probabilities:
    """Return the entropy of answers over that of chance, `[rows, 1]`."""
    entropy = (probabilities * -_logits(probabilities)).sum(axis=-1, keepdims=True)
    return np.asarray(entropy / np.log(probabilities.shape[-1]), dtype=np.float64)


def _softmax(logits: Probabilities, *, axis: int) -> Probabilities:
    weights = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return np.asarray(weights / weights.sum(axis=axis, keepdims=True), dtype=np.float64)


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is lowest, by golden section."""
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    found = [function(one) for one in inner]
    for _ in range(_STEPS):
        if found[0] < found[1]:
            high, inner[1], found[1] = inner[1], inner[0], found[0]
            inner[0] = high - _GOLDEN * (high - low)
            found[0] = function(inner[0])
        else:
            low, inner[0], found[0] = inner[0], inner[1], found[1]
            inner[1] = low + _GOLDEN * (high - low)
            found[1] = function(inner[1])
    return (low + high) / 2
