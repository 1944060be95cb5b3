"""Tag probabilities of tokens to causes and effects: the likeliest path through the tag grammar, then its spans."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.tensors import TAGS

Span = tuple[int, int]

_LEAST = 1e-9
_ROLES = ("CAUSE", "EFFECT")
SWITCH = 2.0
"""What entering or leaving a span costs, in nats: spans in the training sets are long."""


def _grammar() -> NDArray[np.float64]:
    """Return the score of each step `[from, to]`: an inner tag follows its own first or inner tag alone."""
    steps = np.full((len(TAGS), len(TAGS)), -SWITCH)
    for before, first in enumerate(TAGS):
        for after, second in enumerate(TAGS):
            if second.startswith("I-"):
                steps[before, after] = 0.0 if first[1:] == second[1:] else -np.inf
    steps[0, 0] = 0.0
    return steps


_STEPS = _grammar()
_START = np.array([-np.inf if tag.startswith("I-") else 0.0 for tag in TAGS])


def best_tags(probabilities: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the likeliest sequence of tags that the grammar allows (Viterbi); `probabilities` is `[tokens, tags]`."""
    scores = np.log(np.maximum(probabilities.astype(np.float64), _LEAST))
    best = np.empty(len(scores), dtype=np.int64)
    if not len(scores):
        return best
    came = np.zeros(scores.shape, dtype=np.int64)
    reached = _START + scores[0]
    for place in range(1, len(scores)):
        ways = reached[:, None] + _STEPS
        came[place] = ways.argmax(axis=0)
        reached = ways.max(axis=0) + scores[place]
    best[-1] = reached.argmax()
    for place in range(len(scores) - 1, 0, -1):
        best[place - 1] = came[place, best[place]]
    return best


def relations(probabilities: NDArray[np.float32]) -> list[tuple[Span, Span]]:
    """Return causes with their effects as token ranges `[first, last)`; each effect takes the nearest cause."""
    spans = list(_spans(best_tags(probabilities)))
    causes = [span for role, span in spans if role == _ROLES[0]]
    effects = [span for role, span in spans if role == _ROLES[1]]
    if not causes:
        return []
    return [(min(causes, key=lambda one, effect=effect: _gap(one, effect)), effect) for effect in effects]  # type: ignore[misc]


def _spans(tags: NDArray[np.int64]) -> Iterator[tuple[str, Span]]:
    start = None
    for place, tag in enumerate([*tags.tolist(), 0]):
        if start is not None and not TAGS[tag].startswith("I-"):
            yield TAGS[tags[start]][2:], (start, place)
            start = None
        if TAGS[tag].startswith("B-"):
            start = place


def _gap(one: Span, other: Span) -> int:
    return max(one[0], other[0]) - min(one[1], other[1])
