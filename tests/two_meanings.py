"""Headlines with words of two meanings, and pairs of a fact and its possibility: what is expected of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.stated import NAME

_DATA = Path(__file__).parent / "data"
_LEAST = 0.15


class Headline(NamedTuple):
    """A text and what is expected of the names that start at these characters: ways, and how they are meant."""

    is_other: bool
    text: str
    names: tuple[int, ...]
    expected: tuple[tuple[str, ...], ...]


def headlines() -> list[Headline]:
    """Return the rows of the table."""
    return [_headline(line) for line in _lines("two_meanings")]


def pairs() -> list[tuple[str, str]]:
    """Return facts, each with its possibility."""
    return [(fact, could) for fact, _, could in (line.partition(" | ") for line in _lines("facts_and_possibilities"))]


def is_held_back(one: Headline) -> bool:
    """Tell whether it is of the half that nobody looked into while the rules for the other were made."""
    return bool(hashlib.sha256(one.text.encode()).digest()[0] % 2)


def ways(one: Headline, verdict: Mapping[str, Any]) -> list[bool]:
    """Return for each name whether the verdict has it move in a way that is expected."""
    return [_way(verdict, start) in expected[0] for start, expected in zip(one.names, one.expected, strict=True)]


def _way(verdict: Mapping[str, Any], start: int) -> str:
    shocks = (
        one["shock"]
        for one in verdict["entities"]
        if any(mention["start"] <= start < mention["end"] for mention in one["mentions"])
    )
    move = (next(shocks, None) or {"move": 0.0})["move"]
    return "0" if abs(move) < _LEAST else "+" if move > 0 else "-"


def _headline(line: str) -> Headline:
    marked, _, expected = line[2:].partition(" => ")
    text, names, at = "", [], 0
    for found in NAME.finditer(marked):
        text += marked[at : found.start()]
        names.append(len(text))
        text, at = text + found[1], found.end()
    told = tuple(tuple(one.split()) for one in expected.split(";"))
    return Headline(line.startswith("o"), text + marked[at:], tuple(names), told)


def _lines(table: str) -> list[str]:
    text = (_DATA / f"{table}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
