"""What all the texts' explanations come to: means with their intervals, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.ranks import rank_correlation
from stream_app.probes.intervals import Interval, bootstrap_mean

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a method ranks tokens against integrated gradients (Spearman): with signs, where it has them, and without."""

    method: str
    signed: Interval
    size: Interval


@dataclass(frozen=True, slots=True)
class Loss:
    """What the predicted label's probability loses: without what a method names, and with it alone.

    The first two are means over the shares, `*_by_share` those of each.
    """

    method: str
    without: Interval
    alone: Interval
    without_by_share: tuple[float, ...]
    alone_by_share: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """One head: texts compared, texts with a predicted direction, and how far gradients are from adding up.

    `additive_share` is the evidence's share of the score's size, |additive| / (|additive| + |base|); `gap` is the mean
    distance of the gradients' sum from the score's change, as a share of its mean size.
    """

    head: str
    texts: int
    directed: int
    additive_share: float
    gap: float
    agreements: tuple[Agreement, ...]
    losses: tuple[Loss, ...]


def spearman(ones: Floats, others: Floats) -> float:
    """Return the rank correlation of two lists, ties sharing their mean rank; 0 where one is all the same."""
    return rank_correlation(ones, others) or 0.0


def agreement(method: str, signed: Sequence[float], size: Sequence[float], *, rng: np.random.Generator) -> Agreement:
    """Return the means of one method; `signed` is empty where it has no signs."""
    return Agreement(method, bootstrap_mean(np.array(signed), rng), bootstrap_mean(np.array(size), rng))


def losses(found: Sequence[Mapping[str, tuple[Floats, Floats]]], rng: np.random.Generator) -> tuple[Loss, ...]:
    """Return the means of every method over the texts."""
    made = []
    for method in found[0] if found else ():
        without, alone = (np.stack([one[method][part] for one in found]) for part in (0, 1))
        made.append(
            Loss(
                method,
                bootstrap_mean(without.mean(1), rng),
                bootstrap_mean(alone.mean(1), rng),
                tuple(without.mean(0).tolist()),
                tuple(alone.mean(0).tolist()),
            )
        )
    return tuple(made)
