"""Which words are hidden for the encoder to guess: whole words, and whole mentions of entities more often.

Masked language modelling (Devlin et al. 2019) over whole words, with mentions as units as in ERNIE (Sun et al. 2019).
Of the units that are drawn, 80 % are hidden by the mask token, 10 % by tokens at random, and 10 % stay and are asked
all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

NOT_ASKED = -100
_HIDDEN, _REPLACED = 0.8, 0.1

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Mask:
    """How texts are masked: the chance of a word and of a mention, the mask token, and the size of the vocabulary."""

    words: float
    mentions: float
    token: int
    vocabulary: int


def masked(
    encoding: Encoding, mentions: Sequence[tuple[int, int]], mask: Mask, *, rng: np.random.Generator
) -> tuple[Ids, Ids]:
    """Return the ids with some units hidden, and the ids that are asked for, `NOT_ASKED` elsewhere.

    `mentions` are spans of characters.
    """
    ids = np.array(encoding.ids, dtype=np.int64)
    seen, asked = ids.copy(), np.full_like(ids, NOT_ASKED)
    for places, named in _units(encoding, mentions):
        if rng.random() >= (mask.mentions if named else mask.words):
            continue
        asked[places] = ids[places]
        way = rng.random()
        if way < _HIDDEN:
            seen[places] = mask.token
        elif way < _HIDDEN + _REPLACED:
            seen[places] = rng.integers(mask.vocabulary, size=len(places))
    return seen, asked


def _units(encoding: Encoding, mentions: Sequence[tuple[int, int]]) -> list[tuple[list[int], bool]]:
    """Return the places of each unit's tokens, in order, and whether it is a mention; special tokens are in none."""
    units: dict[tuple[bool, int], list[int]] = {}
    for place, (word, (start, end)) in enumerate(zip(encoding.word_ids, encoding.offsets, strict=True)):
        if word is None or start == end:
            continue
        within = [number for number, (first, last) in enumerate(mentions) if start < last and first < end]
        units.setdefault((True, within[0]) if within else (False, word), []).append(place)
    return [(places, named) for (named, _), places in units.items()]
