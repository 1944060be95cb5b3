"""Ranks and their correlation, with ties sharing their place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ranks(values: Floats) -> Floats:
    """Return ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: Floats = (last - (counts - 1) / 2.0)[place]
    return shared


def rank_correlation(one: Floats, other: Floats) -> float | None:
    """Return Spearman's coefficient; None where all of either are equal."""
    left, right = (ranks(values) - (len(values) + 1) / 2 for values in (one, other))
    size = float(np.sqrt((left * left).sum() * (right * right).sum()))
    return float((left * right).sum()) / size if size else None
