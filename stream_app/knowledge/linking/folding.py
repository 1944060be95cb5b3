"""Text made comparable, character by character, so that every offset stays an offset into the original."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PUNCTUATION = {ord(odd): ord(plain) for odd, plain in zip("’‘`´–—‑ \t\n\r", "''''---    ", strict=False)}
_TABLE = _FULL_WIDTH | _PUNCTUATION | {0xA0: 0x20, 0x3000: 0x20, 0x202F: 0x20}
_URL = re.compile(r"(?:https?://|www\.)[^\s\u2e80-\uffff]+", re.IGNORECASE)
FIRST_UNSPACED = "\u2e80"
"""From this character on, scripts (Han, kana, Hangul) write words without spaces."""


class Casing(Enum):
    """What a text's capitals say."""

    MIXED = "mixed"
    UPPER = "upper"
    LOWER = "lower"


class Passage(NamedTuple):
    """One field of a document, with addresses of pages blanked out, and what its capitals say."""

    field: str
    text: str
    case: Casing


def fold(text: str) -> str:
    """Return the text in small letters and plain punctuation; its length and offsets are those of the original."""
    if not text.isascii():
        text = text.translate(_TABLE)
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def casing(text: str) -> Casing:
    """Return what the text's capitals say; one word alone says nothing of a habit, so it is mixed."""
    if " " in text:
        if text.isupper():
            return Casing.UPPER
        if text.islower():
            return Casing.LOWER
    return Casing.MIXED


def passage(field: str, text: str) -> Passage:
    """Return the field as a passage; every offset stays that of the field."""
    if "://" in text or "www." in text:
        text = _URL.sub(lambda match: " " * len(match[0]), text)
    return Passage(field, text, casing(text))


def is_word_character(char: str) -> bool:
    """Whether a name beside this character would be a part of a longer word."""
    return char < FIRST_UNSPACED and char.isalnum()
