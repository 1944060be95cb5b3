"""A tokenised text cut into windows that the model can read whole, each ending with a sentence where it can."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.sentences import sentence_starts
from stream_app.pipeline.text import MAX_TOKENS

SPECIAL_TOKENS = 2
"""Each window begins and ends with a token that stands for no character."""

WINDOW_TOKENS = MAX_TOKENS - SPECIAL_TOKENS
MOST_WINDOWS = 16
"""What comes after them is not read: about 3,000 English words."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text, without special ones: `ids` `[tokens]`, `spans` `[tokens, 2]` in characters."""

    ids: NDArray[np.int32]
    spans: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)


def spans_within(
    starts: Sequence[int], ends: Sequence[int], places: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return which spans hold any character of each place: `[first, last)`, equal where none does.

    All are characters; the spans from `starts` to `ends` are in order and do not overlap.
    """
    within = ((bisect_right(ends, start), bisect_left(starts, end)) for start, end in places)
    return [(first, max(first, last)) for first, last in within]


def windows(tokens: Tokens, text: str) -> list[tuple[int, int]]:
    """Return token ranges of at most `WINDOW_TOKENS`, in order and without gaps, at most `MOST_WINDOWS`.

    A window takes as many whole sentences of the text as fit; a sentence that is longer than a window is cut.
    """
    if len(tokens) <= WINDOW_TOKENS:
        return [(0, len(tokens))] if len(tokens) else []
    starts = np.searchsorted(tokens.spans[:, 0], sentence_starts(text), side="left")
    cuts: list[tuple[int, int]] = []
    begin = 0
    while begin < len(tokens) and len(cuts) < MOST_WINDOWS:
        end = _end(begin, len(tokens), starts)
        cuts.append((begin, end))
        begin = end
    return cuts


def _end(begin: int, length: int, starts: NDArray[np.int64]) -> int:
    limit = begin + WINDOW_TOKENS
    if length <= limit:
        return length
    last_start = int(starts[np.searchsorted(starts, limit, side="right") - 1])
    return last_start if last_start > begin else limit
