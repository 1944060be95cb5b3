"""What rules tell the model in words that the text does not have: which figure is greater, and what is denied."""

from __future__ import annotations

from typing import NamedTuple

from stream_app.pipeline.comparisons import comparisons
from stream_app.pipeline.denials import denials

RISES, FALLS, SO_AS_BEFORE = "up", "down", "unchanged"
WORDS = (RISES, FALLS, SO_AS_BEFORE)


class Told(NamedTuple):
    """A word that stands at character `at` of the text, before what follows there."""

    at: int
    word: str


def told_of(text: str) -> list[Told]:
    """Return the words for a text, in the order of where they stand."""
    compared = [Told(one.at, RISES if one.rises else FALLS) for one in comparisons(text)]
    return sorted(compared + [Told(at, SO_AS_BEFORE) for at in denials(text)])
