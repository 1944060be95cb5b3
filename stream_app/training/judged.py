"""A head's answers beside the labels, and the figures that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.tagging import SWITCH, best_tags, tag_spans
from stream_app.pipeline.tensors import TAGS
from stream_app.training.calibration import (
    Labels,
    Probabilities,
    at_temperature,
    calibration_by_chance,
    calibration_error,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A head's probabilities `[rows, classes]` beside the labels `[rows]`; `fitted` are for temperatures only.

    Where `texts` tells how many tokens each text has, a row is a token and its class one of `tags`, which are decoded
    with `switch`.
    """

    probabilities: Probabilities
    labels: Labels
    fitted: NDArray[np.bool_]
    texts: tuple[int, ...] | None = None
    tags: tuple[str, ...] = TAGS
    switch: float = SWITCH

    def at(self, temperature: float) -> Judged:
        """Return what the head says at another temperature."""
        return replace(self, probabilities=at_temperature(self.probabilities, temperature))


@dataclass(frozen=True, slots=True)
class HeadScore:
    """`calibration_error` is over the rows on which no temperature was fitted; `by_chance`, that of true probabilities.

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
    predicted, labels, held = judged.probabilities.argmax(axis=-1), judged.labels, ~judged.fitted
    span_f1 = None
    if judged.texts is not None:
        found, told = decoded(judged)
        span_f1 = _span_f1(found, told, judged.tags)
        roles = _roles(judged.tags)
        predicted, labels = roles[np.concatenate(found)], roles[labels]
    macro, weighted = f1(predicted, labels)
    return HeadScore(
        rows=len(labels),
        accuracy=float((predicted == labels).mean()),
        macro_f1=macro,
        calibration_error=calibration_error(judged.probabilities[held], judged.labels[held]),
        weighted_f1=weighted,
        span_f1=span_f1,
        by_chance=calibration_by_chance(judged.probabilities[held]),
    )


def decoded(judged: Judged) -> tuple[list[Labels], list[Labels]]:
    """Return each text's tags as decoding finds them, and as they are."""
    ends = np.cumsum(judged.texts or ())[:-1].tolist()
    parts = np.split(judged.probabilities.astype(np.float32), ends)
    return [best_tags(part, judged.tags, switch=judged.switch) for part in parts], np.split(judged.labels, ends)


def _roles(tags: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the number of each tag's role, 0 for none."""
    names = list(dict.fromkeys(tag.rpartition("-")[2] for tag in tags))
    return np.array([names.index(tag.rpartition("-")[2]) for tag in tags])


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
