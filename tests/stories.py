"""Written stories with those whom they expose, and how far verdicts agree with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_DATA = Path(__file__).parent / "data"
FIRST = 10
_DIRECTIONS = {"-": "adverse", "+": "favourable"}


class Story(NamedTuple):
    """A headline; `manner` is empty for a fact, else `could`, `denied` or `over`."""

    key: str
    manner: str
    text: str
    exposed: tuple[tuple[str, re.Pattern[str]], ...]

    @property
    def name(self) -> str:
        return f"{self.key}~{self.manner}" if self.manner else self.key


def stories(table: str = "stories") -> list[Story]:
    """Return the rows of a table: those written for these tests, or `stories_by_others`."""
    lines = (_DATA / f"{table}.txt").read_text(encoding="utf-8").splitlines()
    return [_story(line) for line in lines if line and not line.startswith("#")]


def _story(line: str) -> Story:
    name, text, exposed = ([*line.split(" @ "), ""])[:3]
    key, _, manner = name.partition("~")
    found = tuple((_DIRECTIONS[one[0]], re.compile(one[1:], re.IGNORECASE)) for one in exposed.split(";") if one)
    return Story(key, manner, text, found)


def is_exposed(verdict: Mapping[str, Any], direction: str, names: re.Pattern[str]) -> bool:
    """Tell whether one of these names is among the first ten risks, or named itself, with this direction."""
    risks = [(f"{one['exposed']['name']} {one['exposed']['id']}", one["direction"]) for one in verdict["risks"][:FIRST]]
    named = [_own(one) for one in verdict["entities"] if one["entity"]]
    return any(names.search(name) and way == direction for name, way in [*risks, *named])


def is_found(verdict: Mapping[str, Any], names: re.Pattern[str]) -> bool:
    """Tell whether one of these names is there, whichever way it goes."""
    return any(is_exposed(verdict, direction, names) for direction in _DIRECTIONS.values())


def _own(one: Mapping[str, Any]) -> tuple[str, str]:
    move = (one["shock"] or {}).get("move") or one["polarity"] or 0.0
    return f"{one['entity']['name']} {one['entity']['id']}", "favourable" if move > 0 else "adverse"


def rise(verdict: Mapping[str, Any], direction: str, names: re.Pattern[str]) -> float:
    """Return the most that the text adds to the probability of one of these names in this direction."""
    found = (
        one["probability"] - one["counterfactual"]["probability_without_trigger"]
        for one in verdict["risks"]
        if one["direction"] == direction and names.search(f"{one['exposed']['name']} {one['exposed']['id']}")
    )
    return max(found, default=0.0)


def largest_rise(verdict: Mapping[str, Any]) -> float:
    """Return the most that the text adds to anybody's probability."""
    return max((rise(verdict, one, re.compile("")) for one in _DIRECTIONS.values()), default=0.0)


def share(found: Sequence[bool]) -> float:
    """Return which share of them is true; there must be some."""
    return sum(found) / len(found)
