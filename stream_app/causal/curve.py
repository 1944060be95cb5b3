"""The curve that makes probabilities of scores: as many of those told come true as they say, and the order stays."""

from __future__ import annotations

import math
from dataclasses import dataclass

_MOST_LOG_ODDS = 700.0
"""More would be too large a number for its exponential."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Platt's: log-odds of the probability are `intercept` + `slope` times those of the score; (0, 1) changes none."""

    intercept: float = 0.0
    slope: float = 1.0

    def __post_init__(self) -> None:
        if not self.slope > 0 or not math.isfinite(self.intercept):
            raise ValueError("a calibration's slope is above 0, or it would lose the order of the scores")

    def __call__(self, score: float) -> float:
        """Return the probability that belongs to a score."""
        if (self.intercept, self.slope) == (0.0, 1.0) or not 0 < score < 1:
            return score
        return self.of_log_odds(math.log(score) - math.log1p(-score))

    def of_log_odds(self, log_odds: float) -> float:
        """Return the probability that belongs to a score with these log-odds, which may be too high for a score."""
        return 1.0 / (1.0 + math.exp(min(-self.intercept - self.slope * log_odds, _MOST_LOG_ODDS)))


UNCHANGED = Curve()
"""Takes scores for probabilities."""
