"""Quantiles by rank, with ties sharing their place."""

from __future__ import annotations

import numpy as np

from stream_app.calibration.ranks import ranks
from stream_app.research.backtest.prices import Floats, Integers


def quantile_of(values: Floats, quantiles: int) -> Integers:
    """Return the quantile of each value, 0 the lowest; equal values share one, so quantiles may differ in size."""
    found: Integers = np.floor((ranks(values) - 0.5) / len(values) * quantiles).astype(np.int64)
    return found
