"""What rules tell the model in words that the text does not have: which figure is greater, and what is denied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from stream_app.pipeline.comparisons import comparisons
from stream_app.pipeline.denials import denials

Sense = Literal["rises", "falls", "stays", "denied"]
_WORDS: tuple[Mapping[Sense, str], ...] = (
    {"rises": "up", "falls": "down", "stays": "unchanged", "denied": "unchanged"},
    {"rises": "增长", "falls": "下降"},
)
"""In English and in Chinese, whose network reads 否认 by itself."""


class Told(NamedTuple):
    """What is told at character `at` of the text, before what follows there; the word at `shown` stands for it."""

    at: int
    sense: Sense
    shown: int


def told_of(text: str) -> list[Told]:
    """Return what rules have to tell of a text, in the order of where it stands."""
    compared = [Told(one.at, one.way, one.figure) for one in comparisons(text)]
    return sorted(compared + [Told(one.at, "denied", one.words) for one in denials(text)])


def ids_of(token_to_id: Callable[[str], int | None]) -> Mapping[Sense, int]:
    """Return the words' tokens in the first language of whose words a vocabulary has them all; nothing for none."""
    for words in _WORDS:
        ids = {sense: token_to_id(word) for sense, word in words.items()}
        if None not in ids.values():
            return {sense: one for sense, one in ids.items() if one is not None}
    return {}
