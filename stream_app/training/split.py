"""Which texts are held out: decided by the text alone, so that every copy of it, in any file, falls on one side."""

from __future__ import annotations

import hashlib
import re

from stream_app.pipeline.text import normalise_for_model

_NOT_A_WORD = re.compile(r"[\W_]+")
_DEV_OF = 10
_FOLDS = 10
_SHARES_FROM, _SHARES_OF = 20, 1_000_000


def text_key(text: str) -> str:
    """Return what copies of a text share: its words, without links, case and punctuation."""
    return _NOT_A_WORD.sub(" ", normalise_for_model(text).lower()).strip()


def is_dev(text: str) -> bool:
    """Tell whether the text is in the tenth that is never trained on."""
    return _number(text) % _DEV_OF == 0


def fold_of(text: str) -> int:
    """Return in which of ten folds a dev text is: each is judged at the temperature that the nine others give."""
    return _number(text) // _DEV_OF % _FOLDS


def in_share(text: str, share: float) -> bool:
    """Tell whether the text is in this share, 0..1, of all texts; every smaller share lies within it."""
    return _number(text) // _SHARES_FROM % _SHARES_OF < share * _SHARES_OF


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text_key(text).encode()).digest()[:8])
