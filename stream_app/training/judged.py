"""A head's answers beside the labels, and the figures that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.tagging import SWITCH, best_tags, tag_spans
from stream_app.pipeline.tensors import TAGS
from stream_app.training.calibration import calibration_by_chance, calibration_error
from stream_app.training.temperature import Labels, Probabilities, Temperature, cross_fitted, fit_temperature


@dataclass(frozen=True, slots=True)
class Judged:
    """A head's probabilities `[rows, classes]` beside the labels `[rows]`; `fold` tells which fold a row's text is in.

    Where `texts` tells how many tokens each text has, a row is a token and its class one of `tags`, which are decoded
    with `switch`.
    """

    probabilities: Probabilities
    labels: Labels
    fold: NDArray[np.int64]
    texts: tuple[int, ...] | None = None
    tags: tuple[str, ...] = TAGS
    switch: float = SWITCH

    def at(self, temperature: Temperature) -> Judged:
        """Return what a head at temperature 1 says at another one."""
        return replace(self, probabilities=temperature.applied(self.probabilities))

    def without(self, temperature: Temperature) -> Judged:
        """Return what a head at a temperature says at temperature 1."""
        return replace(self, probabilities=temperature.undone(self.probabilities))

    def temperature(self) -> Temperature:
        """Return the one that makes the labels likeliest; 1 where there are none."""
        return fit_temperature(self.probabilities, self.labels) if len(self.labels) else Temperature()

    def cross_fitted(self) -> Judged:
        """Return what the head says where each fold has the temperature that the others give."""
        right = np.eye(self.probabilities.shape[1], dtype=np.bool_)[self.labels]
        return replace(self, probabilities=cross_fitted(self.probabilities, right, self.fold))


@dataclass(frozen=True, slots=True)
class HeadScore:
    """Figures over all rows; `by_chance` is the calibration error of as many rows whose probabilities are true.

    Of tags, accuracy and F1 are those of the roles (such as cause, effect, none) that decoding finds in tokens, and
    `span_f1` that of whole spans, where a span counts if its role and both its ends are right.
    """

    rows: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    weighted_f1: float = 0.0
    span_f1: float | None = None
    by_chance: float | None = None

    @property
    def chance_shown(self) -> str:
        """`by_chance` as tables have it; figures of an earlier program lack it."""
        return "–" if self.by_chance is None else f"{self.by_chance:.4f}"


def score(judged: Judged) -> HeadScore:
    """Return the head's figures."""
    predicted, labels = answers(judged)
    span_f1 = None if judged.texts is None else _span_f1(*decoded(judged), judged.tags)
    macro, weighted = f1(predicted, labels)
    return HeadScore(
        rows=len(labels),
        accuracy=float((predicted == labels).mean()),
        macro_f1=macro,
        calibration_error=calibration_error(judged.probabilities, judged.labels),
        weighted_f1=weighted,
        span_f1=span_f1,
        by_chance=calibration_by_chance(judged.probabilities),
    )


def score_at(judged: Judged, temperature: Temperature) -> HeadScore:
    """Return the figures of what a head says at a temperature that these rows gave.

    Its calibration is what folds of the rows, each at the temperature of the others, show.
    """
    return score_apart(judged, judged.without(temperature).cross_fitted())


def score_apart(judged: Judged, apart: Judged) -> HeadScore:
    """Return the figures of the first, with the calibration of the second, which is the same head's."""
    calibration = score(replace(apart, texts=None))
    return replace(score(judged), calibration_error=calibration.calibration_error, by_chance=calibration.by_chance)


def answers(judged: Judged) -> tuple[Labels, Labels]:
    """Return the likeliest class of each row and the right one; of tags, the number of the role that decoding finds."""
    if judged.texts is None:
        return judged.probabilities.argmax(axis=-1), judged.labels
    found, _ = decoded(judged)
    roles = np.array([role_names(judged.tags).index(_role(tag)) for tag in judged.tags])
    return roles[np.concatenate(found)], roles[judged.labels]


def confusion(judged: Judged, classes: int) -> NDArray[np.int64]:
    """Return how often each class `[right, told]` is told for which, `[classes, classes]`."""
    predicted, labels = answers(judged)
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return counts


def role_names(tags: Sequence[str]) -> list[str]:
    """Return the roles that tags stand for, in the order of their numbers."""
    return list(dict.fromkeys(map(_role, tags)))


def decoded(judged: Judged) -> tuple[list[Labels], list[Labels]]:
    """Return each text's tags as decoding finds them, and as they are."""
    ends = np.cumsum(judged.texts or ())[:-1].tolist()
    parts = np.split(judged.probabilities.astype(np.float32), ends)
    return [best_tags(part, judged.tags, switch=judged.switch) for part in parts], np.split(judged.labels, ends)


def _role(tag: str) -> str:
    return tag.rpartition("-")[2]


def _span_f1(found: Sequence[Labels], told: Sequence[Labels], tags: tuple[str, ...]) -> float:
    """Return F1 of spans over all texts (micro), by role and both ends, as CoNLL counts them."""
    right = of_found = of_told = 0
    for one, other in zip(found, told, strict=True):
        first, second = set(tag_spans(one, tags)), set(tag_spans(other, tags))
        right, of_found, of_told = right + len(first & second), of_found + len(first), of_told + len(second)
    return 2 * right / max(of_found + of_told, 1)


def f1(predicted: Labels, labels: Labels) -> tuple[float, float]:
    """Return F1 as the mean over the classes that occur in the labels, and as the mean weighted by their rows."""
    classes, counts = np.unique(labels, return_counts=True)
    scores = [
        2 * ((predicted == one) & (labels == one)).sum() / ((predicted == one).sum() + (labels == one).sum())
        for one in classes
    ]
    return float(np.mean(scores)), float(np.average(scores, weights=counts))
