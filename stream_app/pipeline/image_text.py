"""The text of one image: lines as a reader found them, joined to running text; or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

MOST_CHARACTERS = 4000
"""What an image shows beyond them is left out."""

_SAME_HEIGHT = 1.5
_NEAR = 0.8
_WIDE = "\u2e80"
"""Characters from here on are written without spaces between words."""


class WhyUnread(StrEnum):
    """Why a medium gave no text."""

    OTHER_KIND = "other_kind"
    ADDRESS = "address"
    NO_READER = "no_reader"
    TOO_MANY = "too_many"
    NO_BASE64 = "no_base64"
    NO_IMAGE = "no_image"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    READER_FAILED = "reader_failed"


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a medium was not read, for programs and for people."""

    why: WhyUnread
    message: str


@dataclass(frozen=True, slots=True)
class ImageLine:
    """A line of text with its confidence, 0 to 1, and its place in pixels: `top` is above `bottom`."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """How high it stands, at least a pixel."""
        return max(self.bottom - self.top, 1.0)


ImageLines = tuple[ImageLine, ...]


def running_text(lines: Sequence[ImageLine]) -> str:
    """Return the lines as one text: those that go on below one another are one line of it, others begin a new one."""
    rows = _rows(lines)
    parts = [row.text for row in rows[:1]]
    for above, row in pairwise(rows):
        parts += [_space(above, row) if _goes_on(above, row) else "\n", row.text]
    return "".join(parts)[:MOST_CHARACTERS]


def confidence(lines: Sequence[ImageLine]) -> float:
    """Return the mean confidence of the lines, by their length."""
    weights = [max(len(line.text), 1) for line in lines]
    whole = sum(weights)
    return sum(line.confidence * weight for line, weight in zip(lines, weights, strict=True)) / whole if whole else 0.0


def _rows(lines: Sequence[ImageLine]) -> list[ImageLine]:
    """Return the lines with those beside one another as one: large letters are found word by word."""
    rows: list[ImageLine] = []
    for line in lines:
        one = replace(line, text=line.text.strip())
        if rows and _beside(rows[-1], one):
            rows[-1] = _united(rows[-1], one)
        else:
            rows.append(one)
    return rows


def _beside(one: ImageLine, other: ImageLine) -> bool:
    low = min(one.height, other.height)
    level = min(one.bottom, other.bottom) - max(one.top, other.top) > low / 2
    return level and -low / 2 <= other.left - one.right <= low


def _united(one: ImageLine, other: ImageLine) -> ImageLine:
    return replace(
        one,
        text=one.text + _space(one, other) + other.text,
        top=min(one.top, other.top),
        right=max(one.right, other.right),
        bottom=max(one.bottom, other.bottom),
    )


def _space(one: ImageLine, other: ImageLine) -> str:
    return "" if one.text[-1:] >= _WIDE and other.text[:1] >= _WIDE else " "


def _goes_on(above: ImageLine, line: ImageLine) -> bool:
    """Whether a line goes on in the next: as high, close below, and under it rather than beside it."""
    low, high = sorted((above.height, line.height))
    near = -low / 2 <= line.top - above.bottom <= _NEAR * high
    under = min(above.right, line.right) > max(above.left, line.left)
    return high <= _SAME_HEIGHT * low and near and under
