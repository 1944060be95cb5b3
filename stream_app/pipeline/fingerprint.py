"""A text's fingerprint: near-duplicates have similar ones, and very likely share a slot.

A text is the set of its words and of its pairs of neighbouring words. Sketches estimate how much two sets share
(bottom-k, Cohen and Kaplan 2007; exact for texts of up to about 60 words). Slots are MinHash bands.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from stream_app.pipeline.marks import marks
from stream_app.pipeline.words import stem, words

BANDS, ROWS = 20, 3
"""Two texts that share half find each other with probability 0.93, that share 0.6 with 0.99."""

SKETCH_SIZE = 128
_LEAST_TITLE_WORDS = 4
_SHIFT_TO_32 = np.uint64(32)

Sketch = tuple[int, ...]
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`whole` is the sketch of title and body, `lead` of the title where both are there; `slots` are of both.

    A text without any word has empty sketches and no slots: it resembles nothing.
    """

    whole: Sketch
    lead: Sketch
    marks: frozenset[str]
    slots: tuple[int, ...] = ()


def fingerprint(title: str, body: str) -> Fingerprint:
    """Return the fingerprint of a document's texts."""
    of_title, of_body = words(title), words(body)
    whole = _hashes([*of_title, *of_body])
    has_lead = bool(of_body) and len(of_title) >= _LEAST_TITLE_WORDS
    lead = _hashes(of_title) if has_lead else whole
    slots = [*_slots(whole), *(_slots(lead) if has_lead else ())]
    return Fingerprint(
        whole=_sketch(whole),
        lead=_sketch(lead),
        marks=marks(f"{title} {body}", [*of_title, *of_body]),
        slots=tuple(dict.fromkeys(slots)),
    )


def shared(ones: Sketch, others: Sketch) -> float:
    """Return the estimated share of what both sets have in all that either has (Jaccard)."""
    either = sorted({*ones, *others})
    if max(len(ones), len(others)) >= SKETCH_SIZE:
        either = either[:SKETCH_SIZE]
    both = {*ones} & {*others}
    return sum(one in both for one in either) / len(either) if either else 0.0


def _hashes(of_words: Sequence[str]) -> Hashes:
    single = _mixed(np.fromiter((zlib.crc32(stem(word).encode()) for word in of_words), np.uint64, len(of_words)))
    pairs = _mixed(single[:-1] * np.uint64(3) + single[1:])
    return np.sort(np.concatenate([single, pairs]))


def _sketch(hashes: Hashes) -> Sketch:
    return tuple(islice(dict.fromkeys((hashes >> _SHIFT_TO_32).tolist()), SKETCH_SIZE))


def _slots(hashes: Hashes) -> list[int]:
    if not len(hashes):
        return []
    least = (hashes * _MULTIPLIERS).min(axis=1).reshape(BANDS, ROWS)
    slots: list[int] = _mixed(least @ _ROW_WEIGHTS + _BAND_NUMBERS).tolist()
    return slots


def _mixed(values: Hashes) -> Hashes:
    """Scramble (the finaliser of SplitMix64, Steele et al. 2014); integers wrap around."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.bitwise_xor(values, values >> np.uint64(31))


_BAND_NUMBERS = np.arange(BANDS, dtype=np.uint64)
_ROW_WEIGHTS = np.array([1, 3, 5], dtype=np.uint64)
# Odd, so that multiplying permutes; the same for ever, since what is stored was made with them.
_MULTIPLIERS = _mixed(np.arange(1, BANDS * ROWS + 1, dtype=np.uint64))[:, np.newaxis] | np.uint64(1)
