"""How far a distribution has shifted: the population stability index, its usual thresholds, and what chance does to it.

PSI = sum over bins of (q - p) ln(q / p), p being the shares in training and q those now. Below 0.1 is no shift, above
0.25 a large one (Siddiqi, Credit Risk Scorecards, 2006). Where nothing has shifted, PSI / (1/n + 1/m) is about
chi-squared with one degree of freedom less than bins (Yurdakul and Naranjo, Journal of Risk Model Validation, 2020), so
small samples shift by chance alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from stream_app.training.drift.statistics import Statistics

MODERATE, LARGE = 0.1, 0.25
_HALF = 0.5
"""Added to every bin, so that an empty one does not make the index endless."""
_NORMAL_95 = 1.6449


class Level(StrEnum):
    """What is made of an index."""

    NONE = "none"
    MODERATE = "moderate"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Shift:
    """Of one thing: its index, how far 95 of 100 samples without any shift stay below, and the bin that moved most.

    `before` and `after` are the shares of that bin.
    """

    what: str
    index: float
    by_chance: float
    level: Level
    bin: str
    before: float
    after: float


def shifts(before: Statistics, after: Statistics) -> Iterator[Shift]:
    """Yield the shift of each thing that both have counted."""
    for what, counts in before.counts.items():
        found = after.counts[what]
        if sum(counts.values()) and sum(found.values()):
            yield _shift(what, counts, found)


def _shift(what: str, before: Mapping[str, int], after: Mapping[str, int]) -> Shift:
    expected, actual = _shares(before), _shares(after)
    parts = {name: (actual[name] - expected[name]) * math.log(actual[name] / expected[name]) for name in expected}
    index = sum(parts.values())
    by_chance = chi_squared_95(len(expected) - 1) * (1 / sum(before.values()) + 1 / sum(after.values()))
    name = max(parts, key=lambda one: parts[one])
    return Shift(what, index, by_chance, level(index, by_chance), name, expected[name], actual[name])


def level(index: float, by_chance: float) -> Level:
    """Return what is made of an index; one that chance explains is none."""
    if index < MODERATE or index <= by_chance:
        return Level.NONE
    return Level.MODERATE if index < LARGE else Level.LARGE


def chi_squared_95(freedom: int) -> float:
    """Return the 95th percentile (Wilson and Hilferty, 1931; within 2 % of it)."""
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + _NORMAL_95 * math.sqrt(part)) ** 3)


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    whole = sum(counts.values()) + _HALF * len(counts)
    return {name: (count + _HALF) / whole for name, count in counts.items()}
