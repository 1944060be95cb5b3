"""A text with the names in it, and changes to it after which the spans of the names are right again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

Span = tuple[int, int]
"""Characters `[start, end)`."""

MADE = "made"
"""The source of texts that are made from templates."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to score; `names` are spans in order, none touching another, and the first is the one that is judged.

    `source` is `made` or the data set. `label` indexes `tensors.LABELS`: of the judged name, of the text where it has
    no names; None where nobody labelled it.
    """

    text: str
    names: tuple[Span, ...] = ()
    kind: Literal["news", "social"] = "news"
    source: str = MADE
    label: int | None = None

    def said(self) -> tuple[str, ...]:
        """Return the names as they are written."""
        return tuple(self.text[start:end] for start, end in self.names)


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Characters `[start, end)` become `new`; where start is end, `new` is inserted."""

    start: int
    end: int
    new: str


def changed(text: Text, changes: Iterable[Change]) -> Text:
    """Return the text with all changes made, and the spans of its names moved along.

    Changes lie apart from each other, and each lies outside of every name or covers one whole. What is inserted at an
    end of a name does not become part of it.
    """
    ordered = sorted(changes)
    parts, at = [], 0
    for one in ordered:
        parts += [text.text[at : one.start], one.new]
        at = one.end
    names = tuple((_start(ordered, start), _end(ordered, end)) for start, end in text.names)
    return replace(text, text="".join([*parts, text.text[at:]]), names=names)


def _start(changes: Iterable[Change], place: int) -> int:
    return place + sum(_growth(one) for one in changes if one.end <= place)


def _end(changes: Iterable[Change], place: int) -> int:
    return place + sum(_growth(one) for one in changes if one.start < place)


def _growth(change: Change) -> int:
    return len(change.new) - (change.end - change.start)


def is_outside(text: Text, span: Span) -> bool:
    """Whether the span shares no character with a name."""
    return all(span[1] <= start or end <= span[0] for start, end in text.names)


def parts(text: Text) -> Iterator[Span]:
    """Yield the names and the stretches between them, in order, which together are the whole text."""
    at = 0
    for start, end in text.names:
        yield at, start
        yield start, end
        at = end
    yield at, len(text.text)
