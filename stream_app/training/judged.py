"""A head's answers beside the labels, and the figures that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.tagging import best_tags
from stream_app.pipeline.tensors import TAGS
from stream_app.training.calibration import Labels, Probabilities, at_temperature, calibration_error

_ROLES = np.array([("O", "CAUSE", "EFFECT").index(tag.rpartition("-")[2]) for tag in TAGS])


@dataclass(frozen=True, slots=True)
class Judged:
    """A head's probabilities `[rows, classes]` beside the labels `[rows]`; `fitted` are for temperatures only.

    Where `texts` tells how many tokens each text has, a row is a token and its class a tag.
    """

    probabilities: Probabilities
    labels: Labels
    fitted: NDArray[np.bool_]
    texts: tuple[int, ...] | None = None

    def at(self, temperature: float) -> Judged:
        """Return what the head says at another temperature."""
        return replace(self, probabilities=at_temperature(self.probabilities, temperature))


@dataclass(frozen=True, slots=True)
class HeadScore:
    """`calibration_error` is over the rows on which no temperature was fitted.

    Of tags, accuracy and F1 are those of the roles (cause, effect, none) that decoding finds.
    """

    rows: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    weighted_f1: float = 0.0


def score(judged: Judged) -> HeadScore:
    """Return the head's figures."""
    predicted, labels, held = judged.probabilities.argmax(axis=-1), judged.labels, ~judged.fitted
    if judged.texts is not None:
        ends = np.cumsum(judged.texts)[:-1]
        parts = np.split(judged.probabilities.astype(np.float32), ends)
        predicted, labels = _ROLES[np.concatenate([best_tags(part) for part in parts])], _ROLES[labels]
    macro, weighted = _f1(predicted, labels)
    return HeadScore(
        rows=len(labels),
        accuracy=float((predicted == labels).mean()),
        macro_f1=macro,
        calibration_error=calibration_error(judged.probabilities[held], judged.labels[held]),
        weighted_f1=weighted,
    )


def _f1(predicted: Labels, labels: Labels) -> tuple[float, float]:
    """Return F1 as the mean over the classes that occur in the labels, and as the mean weighted by their rows."""
    classes, counts = np.unique(labels, return_counts=True)
    scores = [
        2 * ((predicted == one) & (labels == one)).sum() / ((predicted == one).sum() + (labels == one).sum())
        for one in classes
    ]
    return float(np.mean(scores)), float(np.average(scores, weights=counts))
