"""Currencies that only count money: of `a fine of 4.3 bln euros` the euro is no subject."""

from __future__ import annotations

import re

_SCALE = r"(?:bn|bln|mn|mln|tn|trn|m|b|k|thousand|lakh|crore|million|billion|trillion)"
_BEFORE_SCALE = re.compile(
    rf"(?:\d[\d.,]*[\s-]?{_SCALE}|\b(?:thousands?|lakh|crore|millions?|billions?|trillions?)(?:\sof)?)[\s-]$",
    re.IGNORECASE,
)
_BEFORE_HAN_SCALE = re.compile(r"[\d一二三四五六七八九十百千两数多][万亿兆]{1,2}\s?$")
_AFTER_SCALE = re.compile(rf"\s?\d[\d.,]*[\s-]?{_SCALE}\b", re.IGNORECASE)
_BEFORE_NUMBER = re.compile(r"\d[\s-]?$")
_LOOK_BACK = 24


def is_sum(text: str, start: int, end: int) -> bool:
    """Whether the name of a currency at `[start:end]` counts a sum: `3 million dollars`, `EUR 1.2bn`, `57亿元`."""
    before = text[max(0, start - _LOOK_BACK) : start]
    return bool(_BEFORE_SCALE.search(before) or _BEFORE_HAN_SCALE.search(before) or _AFTER_SCALE.match(text, end))


def is_counted(text: str, start: int) -> bool:
    """Whether a number stands before it: a price (`80美元`), or a rate where another currency is named (`155 yen`)."""
    return _BEFORE_NUMBER.search(text[max(0, start - _LOOK_BACK) : start]) is not None
