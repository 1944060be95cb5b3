"""How far a head's probabilities are from coming true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stream_app.training.temperature import Labels, Probabilities

_BINS = 15
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose confidence lies in one bin: how many, their mean confidence, and the share that is right."""

    rows: int
    confidence: float
    accuracy: float


def reliability(probabilities: Probabilities, labels: Labels) -> list[Bin]:
    """Return the bins of equal width, lowest first, without those that are empty."""
    confidence, right = probabilities.max(axis=-1), probabilities.argmax(axis=-1) == labels
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return [
        Bin(int((bins == one).sum()), float(confidence[bins == one].mean()), float(right[bins == one].mean()))
        for one in np.unique(bins)
    ]


def calibration_error(probabilities: Probabilities, labels: Labels) -> float:
    """Return the expected calibration error of the likeliest class, over 15 bins of equal width."""
    gaps = (one.rows * abs(one.confidence - one.accuracy) for one in reliability(probabilities, labels))
    return sum(gaps) / max(len(labels), 1)


def calibration_by_chance(probabilities: Probabilities) -> float:
    """Return the error that as many rows would show on average if these probabilities came true exactly.

    The error of few rows is never nought: in each bin, what comes true differs from what was expected by chance. It is
    drawn 200 times (Vaicenavicius et al., "Evaluating model calibration in classification", 2019).
    """
    rng, confidence = np.random.default_rng(len(probabilities)), probabilities.max(axis=-1)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    members = np.eye(_BINS)[bins]
    right = rng.random((_DRAWS, len(confidence))) < confidence
    gaps = np.abs((right - confidence) @ members).sum(axis=-1)
    return float(gaps.mean() / max(len(confidence), 1))
