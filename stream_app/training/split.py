"""Which texts are held out: decided by the text alone, so that every copy of it, in any file, falls on one side."""

from __future__ import annotations

import hashlib
import re

from stream_app.pipeline.text import normalise_for_model

_NOT_A_WORD = re.compile(r"[\W_]+")
_DEV_OF = 10
_HALVES = 2
_SHARES_OF = 1_000_000


def text_key(text: str) -> str:
    """Return what copies of a text share: its words, without links, case and punctuation."""
    return _NOT_A_WORD.sub(" ", normalise_for_model(text).lower()).strip()


def is_dev(text: str) -> bool:
    """Tell whether the text is in the tenth that is never trained on."""
    return _number(text) % _DEV_OF == 0


def in_first_half(text: str) -> bool:
    """Tell in which half a dev text is: temperatures that one half gives are judged by the other."""
    return _number(text) // _DEV_OF % _HALVES == 0


def in_share(text: str, share: float) -> bool:
    """Tell whether the text is in this share, 0..1, of all texts; every smaller share lies within it."""
    return _number(text) // (_DEV_OF * _HALVES) % _SHARES_OF < share * _SHARES_OF


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text_key(text).encode()).digest()[:8])
