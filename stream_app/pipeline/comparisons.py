"""Two figures that a text compares, and which of them is greater: a language model sees digits, not sizes.

`EUR 5.4 mn, compared to EUR 9.3 mn` is a fall. Where two figures of one kind stand on both sides of such words, or the
second in brackets right after the first, the model is told which way it goes by a word of its own
(`pipeline/told.py`). Nothing is said of figures that differ in currency or unit, of differences or of targets.
Of a profit and a loss the word stands behind the profit: `a loss of EUR 3 mn up` would say that the loss grew.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from stream_app.pipeline.text_figures import Figure, figures

Way = Literal["rises", "falls", "stays"]

_BEFORE, _AFTER = 90, 45
"""Characters on both sides of the comparing words in which the figures stand."""
_PAST = r"(?:earlier|ago|before|last (?:year|time|quarter|month)|previous|corresponding|prior)"
_COMPARES = re.compile(
    r"\b(?:compar(?:ed|ing) (?:to|with)|in comparison (?:to|with)|versus|vs\b\.?|against)"
    r"|\b(?P<then>year|period|quarter) (?:before|ago|earlier)?,? ?(?:it|they|this|that) (?:was|were|had been|stood at)"
    rf"|\b(?:while|whereas|where|when)\b[^.;\d]{{0,60}}?\b{_PAST}\b"
    r"|(?P<origin>\bfrom\b)|(?P<now>\b(?:now|this (?:year|quarter|time))\b)|(?P<course>\bto\b)"
    r"|(?P<beside>\b(?:est\b\.?|consensus|previously|after|prior[- ](?:year|period)|year[- ]ago|last (?:year|time))\b)"
    r"|(?P<zh>(?:(?:上|去)年同期|上年|去年|(?:市场|此前)?预[期估计]))|(?P<bracket>[(（](?=[\d$€£¥A-Z\s]))",
    re.IGNORECASE,
)
_LATER_LAST = frozenset({"now", "course"})
"""Words after which the later figure stands; after all others it is the earlier one, or what was expected."""
_NEAR = re.compile(r"[\s.:：]*(?:of|at|estimates?|[为是的约值])?[\s:：]*", re.IGNORECASE)
_ORIGIN = re.compile(
    r"\s(?:(?:a|an|the|its|about|around|some|just|only|last|year's|pre-?tax|net|operating|loss|profit|level|of)\s){0,6}",
    re.IGNORECASE,
)
_GOES = re.compile(
    r"\b(?:went|gone|moved|changed|turned|swung|improved|dwindled) from (?:about |some )?$", re.IGNORECASE
)
_WAS = re.compile(rf"\b{_PAST}\b", re.IGNORECASE)
_ABBREVIATED = re.compile(r"\b(?:vs|est|exp|cons|approx)\.", re.IGNORECASE)
_CLOSES = re.compile(r"\s?[)）]|\s?,?\s?(?:in|a year|year|last|for|Q\d|H\d)\b[^()]{0,25}\)")
_FALLS = re.compile(
    r"\b(?:fell|falls?|down|declined?|drop(?:s|ped)?|lost|lower|slid|slumped)\b[^.]{0,15}$", re.IGNORECASE
)
_ENDS = re.compile(r"[.;!?]\s|\n|\btargets?\b|\bPT\b", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"[.!?]\s|\n")
_KIND = re.compile(
    r"\b(?:(?P<loss>loss|losses|deficit|lost|losing)|profits?|income|earnings|earning|earned|gain)\b", re.IGNORECASE
)
_SAME = 0.005
"""Figures that differ by less than this share of themselves are the same to a reader."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is told at `at`, behind the figure from `figure` on: which way things went to the later figure."""

    figure: int
    at: int
    way: Way


@dataclass(frozen=True, slots=True)
class _Pair:
    """Comparing words with the figures before and after them."""

    text: str
    words: re.Match[str]
    first: Figure
    second: Figure

    @property
    def between(self) -> str:
        return self.text[self.first.end : self.second.start]

    @property
    def lead(self) -> str:
        return self.text[max(0, self.first.start - _BEFORE) : self.first.start]


def comparisons(text: str) -> list[Comparison]:
    """Return the comparisons of a text, by where they are told; its time is linear in the text's length."""
    compares = list(_COMPARES.finditer(text))
    found = list(figures(text)) if compares else []
    starts = [one.start for one in found]
    told: dict[int, Comparison] = {}
    for words in compares:
        place = bisect_left(starts, words.start())
        after = bisect_left(starts, words.end(), place)
        first = found[place - 1] if place and starts[place - 1] >= words.start() - _BEFORE else None
        second = found[after] if after < len(starts) and starts[after] < words.end() + _AFTER else None
        if first and second and (one := _compared(_as_meant(_Pair(text, words, first, second)))):
            told.setdefault(one.at, one)
    return [told[at] for at in sorted(told)]


def _as_meant(pair: _Pair) -> _Pair:
    """Return the pair whose second figure, in brackets, has the unit of the first, and no minus by the brackets."""
    second = pair.second
    if pair.words.lastgroup != "bracket":
        return pair
    if not (second.unit or second.money or second.is_count):  # `EUR 1.05 (0.98)`, `9.4 % (7.7)`
        second = replace(second, unit=pair.first.unit, money=pair.first.money)
    if pair.text[second.number - 1] != "-":
        second = replace(second, value=abs(second.value))
    return replace(pair, second=second)


def _compared(pair: _Pair) -> Comparison | None:
    first, second, words = pair.first, pair.second, pair.words
    is_fall = first.unit == "%" and _FALLS.search(pair.lead)  # of two falls, the greater is the worse
    if is_fall or not first.is_like(second) or not _JOINS.get(words.lastgroup, _in_one_clause)(pair):
        return None
    is_loss = _kind(pair.lead)
    was_loss = _kind(pair.text[words.end() : second.start] or pair.between)
    one, other = first.value, second.value
    if is_loss != was_loss and (was_loss or (was_loss is False and is_loss)):
        one, other = -one if is_loss else one, -other if was_loss else other
    if words.lastgroup in _LATER_LAST:
        one, other = other, one
    shown = first if was_loss and not is_loss else second
    return Comparison(shown.number, shown.end, _way(one, other))


def _way(now: float, before: float) -> Way:
    if abs(now - before) <= _SAME * max(abs(now), abs(before)):
        return "stays"
    return "rises" if now > before else "falls"


def _in_brackets(pair: _Pair) -> bool:
    alike = bool(pair.first.money) == bool(pair.second.money)
    return alike and pair.between.strip() in {"(", "（"} and _CLOSES.match(pair.text, pair.second.end) is not None


def _is_origin(pair: _Pair) -> bool:
    """`to EUR 5 mn from EUR 4 mn`."""
    is_near = _ORIGIN.fullmatch(pair.text, pair.words.end(), pair.second.start) is not None
    return is_near and _ENDS.search(pair.between) is None


def _is_course(pair: _Pair) -> bool:
    """`went from EUR 5 mn to EUR 4 mn`; a range has no such verb."""
    return pair.between.strip().lower() == "to" and _GOES.search(pair.lead) is not None


def _is_now(pair: _Pair) -> bool:
    """`A year ago it earned EUR 5 mn; now it earns EUR 4 mn`."""
    was = _WAS.search(pair.text, max(0, pair.first.start - _BEFORE), pair.words.start())
    return was is not None and _SENTENCE_ENDS.search(pair.between) is None


def _is_beside(pair: _Pair) -> bool:
    """`$1.12, est. $1.05`; what follows elsewhere is of something else."""
    return not pair.text[pair.first.end : pair.words.start()].strip(" ,(，（、；而较比") and _is_near(pair)


def _is_near(pair: _Pair) -> bool:
    is_near = _NEAR.fullmatch(pair.text, pair.words.end(), pair.second.start) is not None
    return is_near and not pair.first.is_count


def _in_one_clause(pair: _Pair) -> bool:
    return _ENDS.search(_ABBREVIATED.sub("", pair.between)) is None


_JOINS: Mapping[str | None, Callable[[_Pair], bool]] = {
    "bracket": _in_brackets,
    "origin": _is_origin,
    "course": _is_course,
    "now": _is_now,
    "beside": _is_beside,
    "zh": _is_beside,
    "then": _is_near,
}
"""Whether the figures around such words are compared."""


def _kind(text: str) -> bool | None:
    """Return whether the last word for a result is one for a loss; None where there is none."""
    said = [found["loss"] for found in _KIND.finditer(text)]
    return bool(said[-1]) if said else None
