"""Figures of right and wrong answers with weights, and their intervals by drawing whole groups of rows anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.research.backtest.bootstrap import Interval

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_TAILS = (2.5, 97.5)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How often each row counts in each draw, [samples, rows]; groups are drawn whole."""

    rows: NDArray[np.int32]

    def interval(self, figure: Callable[[Floats], float]) -> Interval:
        """Return the figure of all rows, with the bounds within which 95 % of the draws lie.

        `figure` gets a weight for each row. Bounds are None where no draw has such a figure.
        """
        value = figure(np.ones(self.rows.shape[1]))
        drawn = np.array([figure(one.astype(np.float64)) for one in self.rows])
        drawn = drawn[np.isfinite(drawn)]
        if not np.isfinite(value):
            return Interval(None)
        if not len(drawn):
            return Interval(float(value))
        low, high = np.percentile(drawn, _TAILS)
        return Interval(float(value), float(low), float(high))


def draw_groups(groups: Integers, *, samples: int, seed: int) -> Weights:
    """Return draws of as many groups as there are, with replacement."""
    _, number = np.unique(groups, return_inverse=True)
    count = int(number.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    drawn = [np.bincount(rng.integers(count, size=count), minlength=count) for _ in range(samples)]
    return Weights(np.array(drawn, np.int32).reshape(samples, count)[:, number])


def mean(values: Floats, weights: Floats) -> float:
    """Return the weighted mean; NaN of no weight."""
    total = float(weights.sum())
    return float((values * weights).sum() / total) if total else float("nan")


def matthews(said: NDArray[np.bool_], truth: NDArray[np.bool_], weights: Floats) -> float:
    """Return Matthews' correlation coefficient of yes and no (1975); 0 where one side is always the same."""
    both, neither = (float(weights[one].sum()) for one in (said & truth, ~said & ~truth))
    wrong, missed = (float(weights[one].sum()) for one in (said & ~truth, ~said & truth))
    sides = (both + wrong) * (both + missed) * (neither + wrong) * (neither + missed)
    return (both * neither - wrong * missed) / sides**0.5 if sides > 0 else 0.0


def area(scores: Floats, truth: NDArray[np.bool_], weights: Floats) -> float:
    """Return the area under the ROC curve: the chance that a yes has a higher score than a no, ties one half."""
    values, place = np.unique(scores, return_inverse=True)
    yes = np.bincount(place, weights * truth, len(values))
    no = np.bincount(place, weights * ~truth, len(values))
    if not yes.sum() or not no.sum():
        return float("nan")
    below = np.cumsum(no) - no
    return float((yes * (below + no / 2)).sum() / (yes.sum() * no.sum()))
