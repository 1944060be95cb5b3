"""The recogniser's columns of probabilities to text, with the spaces that it only suspects.

The model of RapidOCR was taught on Chinese and writes “Sharesfall7.5%” where letters are small: its blank beats its
space. But between words it suspects one, with 0.03 to 0.3, and within words with less than 0.017 (docs/media.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_SPACE = 0.03
_BLANK = 0


def decode(columns: NDArray[np.float32], characters: Sequence[str]) -> tuple[str, float]:
    """Return the text of one line and its mean confidence; `columns` `[columns, characters]`, blank first.

    A column that repeats the one before it is the same character (CTC, Graves et al. 2006). `characters` ends with
    the space.
    """
    space = len(characters) - 1
    best = columns.argmax(axis=1)
    text: list[str] = []
    sure: list[float] = []
    suspected, before = 0.0, _BLANK
    for column, at in zip(columns, best.tolist(), strict=True):
        if at in {_BLANK, space}:
            suspected = max(suspected, float(column[space]))
        elif at != before:
            text += [" ", characters[at]] if suspected >= LEAST_SPACE and text else [characters[at]]
            sure.append(float(column[at]))
            suspected = 0.0
        before = at
    return "".join(text), float(np.mean(sure)) if sure else 0.0


class Decoder:
    """Takes the place of RapidOCR's own decoder of lines."""

    def __init__(self, characters: Sequence[str]) -> None:
        self._characters = characters

    def __call__(
        self,
        predictions: NDArray[np.float32],
        return_word_box: bool = False,  # noqa: FBT001, FBT002  (the signature is RapidOCR's)
        **_: Any,  # noqa: ANN401
    ) -> list[tuple[str, float]]:
        """Return text and confidence of each line of `[lines, columns, characters]`."""
        del return_word_box
        return [decode(columns, self._characters) for columns in predictions]
