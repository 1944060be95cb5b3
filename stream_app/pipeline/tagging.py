"""Tag probabilities of tokens to spans: the likeliest path through the tag grammar; causes with their effects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.tensors import TAGS

Span = tuple[int, int]

_LEAST = 1e-9
_ROLES = ("CAUSE", "EFFECT")
SWITCH = 2.0
"""What entering or leaving a span costs, in nats: spans in the training sets are long."""


@cache
def _grammar(tags: tuple[str, ...], switch: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the score of beginning with each tag, and of each step `[from, to]`.

    An inner tag follows its own first or inner tag alone.
    """
    steps = np.full((len(tags), len(tags)), -switch)
    for before, first in enumerate(tags):
        for after, second in enumerate(tags):
            if second.startswith("I-"):
                steps[before, after] = 0.0 if first[1:] == second[1:] else -np.inf
    steps[0, 0] = 0.0
    return np.array([-np.inf if tag.startswith("I-") else 0.0 for tag in tags]), steps


def best_tags(
    probabilities: NDArray[np.float32], tags: tuple[str, ...] = TAGS, *, switch: float = SWITCH
) -> NDArray[np.int64]:
    """Return the likeliest sequence of tags that the grammar allows (Viterbi); `probabilities` is `[tokens, tags]`.

    The first of `tags` is that outside all spans; `switch` is what entering or leaving a span costs, in nats.
    """
    start, steps = _grammar(tags, switch)
    scores = np.log(np.maximum(probabilities.astype(np.float64), _LEAST))
    best = np.empty(len(scores), dtype=np.int64)
    if not len(scores):
        return best
    came = np.zeros(scores.shape, dtype=np.int64)
    reached = start + scores[0]
    for place in range(1, len(scores)):
        ways = reached[:, None] + steps
        came[place] = ways.argmax(axis=0)
        reached = ways.max(axis=0) + scores[place]
    best[-1] = reached.argmax()
    for place in range(len(scores) - 1, 0, -1):
        best[place - 1] = came[place, best[place]]
    return best


def relations(probabilities: NDArray[np.float32]) -> list[tuple[Span, Span]]:
    """Return causes with their effects as token ranges `[first, last)`; each effect takes the nearest cause."""
    spans = list(tag_spans(best_tags(probabilities)))
    causes = [span for role, span in spans if role == _ROLES[0]]
    effects = [span for role, span in spans if role == _ROLES[1]]
    if not causes:
        return []
    return [(min(causes, key=lambda one, effect=effect: _gap(one, effect)), effect) for effect in effects]  # type: ignore[misc]


def tag_spans(found: NDArray[np.int64], tags: tuple[str, ...] = TAGS) -> Iterator[tuple[str, Span]]:
    """Yield each span's role and tokens `[first, last)` of a sequence that the grammar allows."""
    start = None
    for place, tag in enumerate([*found.tolist(), 0]):
        if start is not None and not tags[tag].startswith("I-"):
            yield tags[found[start]][2:], (start, place)
            start = None
        if tags[tag].startswith("B-"):
            start = place


def _gap(one: Span, other: Span) -> int:
    return max(one[0], other[0]) - min(one[1], other[1])
