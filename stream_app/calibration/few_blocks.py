"""How much wider intervals must be that come of days drawn again in blocks, where there are few blocks."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

_LEAST_BLOCKS = 3.0


def widening(days: int, block: int, confidence: float = 0.95) -> float:
    """Return the factor, above 1, by which draws are to stand farther from what was found.

    Draws of k blocks scatter as if their variance were over k, not k - 1, and percentiles take the normal quantile for
    Student's with k - 1 degrees of freedom (Efron and Tibshirani 1993, chapter 12).
    """
    blocks = max(days / block, _LEAST_BLOCKS)
    normal = NormalDist().inv_cdf((1 + confidence) / 2)
    return _student(normal, blocks - 1) / normal * sqrt(blocks / (blocks - 1))


def _student(z: float, freedom: float) -> float:
    """Return Student's quantile for the normal one (Abramowitz and Stegun 26.7.5; 3 % short at two degrees)."""
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))
