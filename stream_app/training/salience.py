"""What relevance is learnt from: the names that a headline's annotators marked, against names that they left out.

No set labels how central an entity is. But whoever labelled SEntFiN marked the entities that a headline is about and
left out its bystanders (the broker who recommends, the place, the speaker); that choice is the label here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

_NAME = re.compile(r"[A-Z][\w&'-]*(?:\s+[A-Z][\w&'-]*)*")
_WORD = re.compile(r"[A-Za-z][\w&'-]*")
# Capitals that name nobody: units, periods, offices, months.
_NOT_NAMES = frozenset(
    """A AGM Analysts Apr April Aug August Buy CEO CFO CPI Chairman Cr Crore D-Street Dec December EBITDA EPS Experts FY
    Feb February Friday GDP Hold I IIP IPO Inc Is Jan January Jul July Jun June Lakh Ltd MD Mar March Market Markets May
    Monday NPA Nov November Oct October PAT Q QIP Rs Sell Sep September Shares Sources Stocks Street The Thursday
    Tuesday Wednesday""".split()
)
_SENTENCE_ENDS = ("", ".", "?", "!", ";")
_TITLE_CASE = 0.6


class Span(Protocol):
    """Characters [start, end) of a text."""

    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102


def names_beside(text: str, marked: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the spans of names in a headline that overlap nothing marked.

    A headline with capitals on most of its words yields none, since its capitals tell nothing.
    """
    words = _WORD.findall(text)
    if sum(word[0].isupper() for word in words) > _TITLE_CASE * len(words):
        return
    for found in _NAME.finditer(text):
        start, end = found.span()
        parts = found.group().split()
        opens_sentence = len(parts) == 1 and text[:start].rstrip()[-1:] in _SENTENCE_ENDS
        if opens_sentence or any(part in _NOT_NAMES or any(map(str.isdigit, part)) for part in parts):
            continue
        if all(end <= span.start or span.end <= start for span in marked):
            yield start, end
