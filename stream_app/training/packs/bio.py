"""Marked spans of a text as a tag for each token: B for a span's first token, I for the rest, O outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from stream_app.training.packs.labelled import Marked

NO_TAG = -100


def bio_tags(marked: Iterable[Marked], tokens: NDArray[np.int32], tags: Sequence[str]) -> NDArray[np.int64]:
    """Return the tag of each token, of which `tokens` `[T, 2]` are the characters; `NO_TAG` for special tokens.

    Of spans that overlap, the first one keeps its tokens.
    """
    found = np.full(len(tokens), tags.index("O"), dtype=np.int64)
    for one in marked:
        inside = np.flatnonzero((tokens[:, 0] < one.end) & (one.start < tokens[:, 1]))
        if len(inside) and not found[inside].any():
            found[inside] = tags.index(f"I-{one.label}")
            found[inside[0]] = tags.index(f"B-{one.label}")
    found[tokens[:, 0] == tokens[:, 1]] = NO_TAG
    return found
