"""How sure a share or a mean is: Wilson's interval and the percentile bootstrap, both at 95 %."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NORMAL_QUANTILE = 1.959963984540054
_TAIL_PERCENT = 2.5
_SAMPLES = 2000
_LEAST_BOOTSTRAPPED = 2


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its bounds; all None where nothing was measured, the bounds where too little was."""

    value: float | None
    low: float | None = None
    high: float | None = None


def wilson(hits: int, trials: int) -> Interval:
    """Return the share of hits (Wilson 1927): unlike the normal interval, it is honest about shares near 0 and 1."""
    if not trials:
        return Interval(None)
    share, squared = hits / trials, _NORMAL_QUANTILE**2
    middle = (share + squared / (2 * trials)) / (1 + squared / trials)
    spread = share * (1 - share) / trials + squared / (4 * trials**2)
    half = _NORMAL_QUANTILE * spread**0.5 / (1 + squared / trials)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def bootstrap_mean(values: Floats, rng: np.random.Generator) -> Interval:
    """Return the mean of `[values]` with percentile bounds over 2,000 draws (Efron 1979)."""
    if not len(values):
        return Interval(None)
    mean = float(values.mean())
    if len(values) < _LEAST_BOOTSTRAPPED:
        return Interval(mean)
    drawn = values[rng.integers(len(values), size=(_SAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(drawn, [_TAIL_PERCENT, 100 - _TAIL_PERCENT])
    return Interval(mean, float(low), float(high))
