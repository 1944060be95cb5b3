"""The text as the fusion model reads it: the same function in training and in serving, and no offset ever moves."""

from __future__ import annotations

import re

from stream_app.pipeline.tensors import BUCKETS

MAX_TOKENS = BUCKETS[-1]
"""Longest row, the two special tokens included."""

# Ends at the first character outside printable ASCII, since Chinese text follows a link without a space.
_URL = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/|\bt\.co/)[!-~]*", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufffd]")
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\N{NO-BREAK SPACE}": " "})


def normalise_for_model(text: str) -> str:
    """Return `text` with links and control characters as spaces and plain quotes and dashes.

    Each character is replaced by one character, so that an offset into the result is an offset into `text`.
    """
    return _UNPRINTABLE.sub(" ", _URL.sub(_blank, text)).translate(_PLAIN)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
