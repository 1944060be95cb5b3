"""What sets a text apart from others in the same words: its figures, its tickers, and the direction it tells of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

MOST_MARKS = 64

_TICKER = re.compile(r"\$([A-Za-z]{1,6}(?:\.[A-Za-z])?)\b|\((?:[A-Z]+:\s?)?([A-Z]{1,6})\)")
_PERIOD = re.compile(r"(?:q[1-4]|h[12]|fy\d{2,4}|\d+[hq])")
_UP = frozenset(
    """up rise rises rose rising gain gains gained jump jumps jumped surge surges surged soar soars soared climb climbs
    climbed rally rallies rallied beat beats tops topped raise raises raised hike hikes hiked boost boosts boosted
    increase increases increased upgrade upgrades upgraded higher high bullish buy profit above win wins won more grow
    grows grew outperform overweight 上涨 大涨 涨停 上调 增长 增持 盈利 利好 买入""".split()
)
_DOWN = frozenset(
    """down fall falls fell falling drop drops dropped slump slumps slumped plunge plunges plunged tumble tumbles
    tumbled slide slides slid sink sinks sank miss misses missed cut cuts lower lowers lowered low decrease decreases
    decreased decline declines declined downgrade downgrades downgraded bearish sell loss losses below lose loses lost
    less shrink shrinks shrank underperform underweight 下跌 大跌 跌停 下调 下降 减持 亏损 利空 卖出""".split()
)
_ENOUGH = 0.8
_DIRECTIONS = frozenset("+-")


def marks(text: str, words: Iterable[str]) -> frozenset[str]:
    """Return the marks of a text with these words."""
    named = set(words)
    found = dict.fromkeys(word for word in words if word[0].isdigit() or _PERIOD.fullmatch(word))
    found |= dict.fromkeys(f"${(cash or bracket).lower()}" for cash, bracket in _TICKER.findall(text[:2000]))
    directions = [sign for sign, telling in (("+", _UP), ("-", _DOWN)) if not telling.isdisjoint(named)]
    return frozenset([*directions, *found][:MOST_MARKS])


def agree(ones: Collection[str], others: Collection[str]) -> bool:
    """Tell whether texts with these marks may tell the same.

    A fifth of the figures may differ, as between a report and its correction, but not the direction: “raises” and
    “cuts” are opposite news with however many figures in common.
    """
    directions = _DIRECTIONS.intersection(ones), _DIRECTIONS.intersection(others)
    return not (all(directions) and directions[0].isdisjoint(directions[1])) and alike(ones, others, _ENOUGH)


def alike(ones: Collection[str], others: Collection[str], enough: float) -> bool:
    """Tell whether neither side has what the other lacks, or the smaller shares at least `enough` of what it has."""
    shared = len(set(ones) & set(others))
    return shared >= min(len(ones), len(others)) * enough
