"""How sure a mean over days is: the moving block bootstrap, by day, seeded.

Whole days are drawn, so what moves together within a day stays together; consecutive ones, so that overlapping returns
do too (Künsch 1989; circular, so that each day is drawn equally often: Politis and Romano 1992). A block is longer than
a position spans: one just as long cuts most of the overlaps, and of a signal that stays as it is a variance comes out a
third too small. Of few blocks intervals are widened as Student's are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.few_blocks import widening
from stream_app.research.backtest.prices import Floats

LEAST_DAYS = 20
"""Under it a bootstrap by day says more than it knows."""
_LEAST_BLOCKS = 5
"""Of so few independent stretches, draws are all alike, and intervals far too narrow."""
_SPANS = 3
"""Of a position, to a block: 250 days of means over 5 that overlap have p under 0.05 by chance in 5 % of draws, and in
10 % where a block is one span (simulated 2026-12-01, 300 draws of such days)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its interval; bounds are None where the days are too few to give any."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Draws:
    """Days as they were drawn, [samples, days]: one set of draws serves all figures of the same days.

    `wider` is how much farther than drawn a figure is taken to stand from the one found (`calibration/few_blocks.py`).
    """

    days: NDArray[np.int64]
    confidence: float
    wider: float = 1.0

    def interval(self, above: Floats, below: Floats | None = None) -> Interval:
        """Return the mean of `above` over the days, or the ratio of sums `above` / `below`, with percentile bounds."""
        below = np.ones(len(above)) if below is None else below
        if not len(above) or not below.sum():
            return Interval(None)
        value = float(above.sum() / below.sum())
        if not len(self.days):
            return Interval(value)
        drawn = self._drawn(above, below)
        tail = 100 * (1 - self.confidence) / 2
        low, high = (value + self.wider * (float(end) - value) for end in np.percentile(drawn, [tail, 100 - tail]))
        return Interval(value, low, high)

    def p_value(self, figures: Floats) -> float | None:
        """Return the two-sided probability of a mean as far from 0 as this, were the true one 0; None of few days.

        The draws' means are centred on the mean found (Hall and Wilson 1991); no p-value is under 1 / (samples + 1).
        """
        if not len(self.days):
            return None
        mean = figures.mean()
        drawn = self._drawn(figures, np.ones(len(figures)))
        beyond = int((self.wider * np.abs(drawn - mean) >= abs(mean)).sum())
        return (1 + beyond) / (1 + len(drawn))

    def _drawn(self, above: Floats, below: Floats) -> Floats:
        sums = below[self.days].sum(axis=1)
        ratios: Floats = above[self.days].sum(axis=1)[sums > 0] / sums[sums > 0]
        return ratios


def draw(days: int, *, samples: int, span: int, seed: int, confidence: float = 0.95) -> Draws:
    """Return draws of as many days as there are, in blocks of consecutive ones; none of too few days.

    `span` is how many days one figure reaches over. A block is three times as long, or less where the days would not
    give five of them, and at least the cube root of the days, the order best for a mean (Hall, Horowitz, Jing 1995).
    """
    if days < max(LEAST_DAYS, _LEAST_BLOCKS * span):
        return Draws(np.empty((0, days), np.int64), confidence)
    block = max(min(_SPANS * span, days // _LEAST_BLOCKS), round(days ** (1 / 3)))
    blocks = -(-days // block)
    starts = np.random.default_rng(seed).integers(days, size=(samples, blocks))
    drawn = (starts[:, :, None] + np.arange(block)) % days
    wider = widening(days, block, confidence)
    return Draws(drawn.reshape(samples, -1)[:, :days].astype(np.int64), confidence, wider)
