"""Two figures that a text compares, and which of them is greater: a language model sees digits, not sizes.

`EUR 5.4 mn, compared to EUR 9.3 mn` is a fall. Where two figures of one kind stand on both sides of such words, or the
second in brackets right after the first, the model is told which way it goes by a word of its own
(`pipeline/told.py`). Nothing is said of figures that differ in currency or unit, of differences or of targets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

_BEFORE, _AFTER = 90, 45
"""Characters on both sides of the comparing words in which the figures stand."""
_UNITS = {
    "k": ("k", "thousand"),
    "m": ("m", "mn", "mln", "mm", "million"),
    "b": ("b", "bn", "bln", "billion"),
    "t": ("t", "tn", "trln", "trillion"),
    "crore": ("crore", "crores", "cr"),
    "%": ("%", "percent", "per cent", "pct"),
    "c": ("c", "p", "cent", "cents", "pence"),
    "亿": ("亿", "亿元", "亿人民币"),
    "万": ("万", "万元"),
    "元": ("元",),
    "亿$": ("亿美元",),
    "亿HK$": ("亿港元",),
    "%点": ("个百分点",),
}
_UNIT_OF = {name: unit for unit, names in _UNITS.items() for name in names}
_MONEY = {
    "€": "EUR",
    "EURO": "EUR",
    "EUROS": "EUR",
    "$": "USD",
    "US$": "USD",
    "DOLLARS": "USD",
    "£": "GBP",
    "POUNDS": "GBP",
    "¥": "JPY",
    "YEN": "JPY",
    "RS": "INR",
    "RUPEES": "INR",
}
_NUMBER = re.compile(r"(?<![\d.])(?:\d[\d,]*(?:\.\d+)?|\.\d+)")
_LEAD = re.compile(r"(?P<sign>[-(]\s?)?(?P<money>US\$|[$€£¥]|\b(?:[A-Z]{3}|Rs)\.?)?\s?(?P<minus>-)?$", re.IGNORECASE)
_TAIL = re.compile(
    rf"(?:\s?(?P<unit>{'|'.join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))})(?![A-Za-z0-9]))?"
    r"(?:\s(?P<said>euros?|dollars|pounds|yen|crowns|rupees)\b)?(?P<close>\))?(?P<below>\snegative\b)?",
    re.IGNORECASE,
)
_LEAD_CHARACTERS = 8
_COMPARES = re.compile(
    r"\b(?:compar(?:ed|ing) (?:to|with)|in comparison (?:to|with)|versus|vs\b\.?|against)"
    r"|\b(?P<then>year|period|quarter) (?:before|ago|earlier)?,? ?(?:it|they|this|that) (?:was|were|had been|stood at)"
    r"|(?P<beside>\b(?:est\b\.?|consensus|previously|after|prior[- ](?:year|period)|year[- ]ago|last (?:year|time))\b)"
    r"|(?P<zh>(?:(?:上|去)年同期|上年|去年|(?:市场|此前)?预[期估计]))|(?P<bracket>[(（](?=[\d$€£¥A-Z\s]))",
    re.IGNORECASE,
)
_NEAR = re.compile(r"[\s.:：]*(?:of|at|estimates?|[为是的约值])?[\s:：]*", re.IGNORECASE)
_ABBREVIATED = re.compile(r"\b(?:vs|est|exp|cons|approx)\.", re.IGNORECASE)
_CLOSES = re.compile(r"\s?[)）]|\s?,?\s?(?:in|a year|year|last|for|Q\d|H\d)\b[^()]{0,25}\)")
_IS_PART = re.compile(r"\bby (?:about |around |over )?$", re.IGNORECASE)
_FALLS = re.compile(
    r"\b(?:fell|falls?|down|declined?|drop(?:s|ped)?|lost|lower|slid|slumped)\b[^.]{0,15}$", re.IGNORECASE
)
_ENDS = re.compile(r"[.;!?]\s|\n|\btargets?\b|\bPT\b", re.IGNORECASE)
_KIND = re.compile(r"\b(?:(?P<loss>loss|losses|deficit)|profits?|income|earnings|gain)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second figure lies from `figure` to `at` in the text; `rises` where the first is the greater one."""

    figure: int
    at: int
    rises: bool


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number with its currency and unit; empty where none is told, as a currency often is the second time."""

    start: int
    number: int
    end: int
    value: float
    money: str
    unit: str

    def is_like(self, other: _Figure) -> bool:
        return self.unit == other.unit and (self.money == other.money or not (self.money and other.money))


def comparisons(text: str) -> list[Comparison]:
    """Return the comparisons of a text, by where they end; its time is linear in the text's length."""
    compares = list(_COMPARES.finditer(text))
    figures = list(_figures(text)) if compares else []
    starts = [one.start for one in figures]
    found: dict[int, Comparison] = {}
    for words in compares:
        place = bisect_left(starts, words.start())
        after = bisect_left(starts, words.end(), place)
        first = figures[place - 1] if place and starts[place - 1] >= words.start() - _BEFORE else None
        second = figures[after] if after < len(starts) and starts[after] < words.end() + _AFTER else None
        if first and second and (one := _compared(text, words, first=first, second=second)):
            found.setdefault(one.at, one)
    return [found[at] for at in sorted(found)]


def _compared(text: str, words: re.Match[str], *, first: _Figure, second: _Figure) -> Comparison | None:
    if not first.is_like(second):
        return None
    lead = text[max(0, first.start - _BEFORE) : first.start]
    is_fall = first.unit == "%" and _FALLS.search(lead)  # of two falls, the greater is the worse
    if is_fall or not _belong_together(text, words, first=first, second=second):
        return None
    is_loss = _kind(lead)
    was_loss = _kind(text[words.end() : second.start])
    one, other = first.value, second.value
    if was_loss is not None and is_loss != was_loss:
        one, other = -one if is_loss else one, -other if was_loss else other
    return Comparison(second.number, second.end, rises=one > other) if one != other else None


def _belong_together(text: str, words: re.Match[str], *, first: _Figure, second: _Figure) -> bool:
    """Whether nothing between two figures, or around the second, says that they are not compared."""
    between = text[first.end : second.start]
    if words["bracket"]:
        alike = bool(first.money) == bool(second.money)
        return alike and between.strip() in {"(", "（"} and _CLOSES.match(text, second.end) is not None
    if words["beside"] or words["zh"]:  # `$1.12, est. $1.05`; what follows elsewhere is of something else
        return (
            not text[first.end : words.start()].strip(" ,(，（、；而较比")
            and _NEAR.fullmatch(text, words.end(), second.start) is not None
        )
    if words["then"]:
        return _NEAR.fullmatch(text, words.end(), second.start) is not None
    return _ENDS.search(_ABBREVIATED.sub("", between)) is None


def _kind(text: str) -> bool | None:
    """Return whether the last word for a result is one for a loss; None where there is none."""
    said = [found["loss"] for found in _KIND.finditer(text)]
    return bool(said[-1]) if said else None


def _figures(text: str) -> Iterator[_Figure]:
    """Yield the amounts and shares of a text: numbers with a currency, a unit or decimals, but no differences."""
    for number in _NUMBER.finditer(text):
        start, end = number.span()
        lead = _LEAD.search(text[max(0, start - _LEAD_CHARACTERS) : start])
        tail = _TAIL.match(text, end)
        assert lead is not None  # noqa: S101  (both match the empty text)
        assert tail is not None  # noqa: S101
        money = _money(lead["money"] or tail["said"] or "")
        unit = _UNIT_OF.get((tail["unit"] or "").lower(), "")
        if re.fullmatch("[A-Za-z]", text[start - 1 : start]) and not lead["money"]:
            continue  # the 3 of `Q3`
        if not (unit or money or set(number[0]) & {",", "."}):
            continue
        begin = start - len(lead[0]) + (lead.start("money") - lead.start() if lead["money"] else len(lead[0]))
        if _IS_PART.search(text[max(0, begin - _AFTER) : begin]):
            continue
        sign = lead["sign"] or ""
        is_below = lead["minus"] or tail["below"] or sign.startswith("-") or (sign.startswith("(") and tail["close"])
        value = float(number[0].replace(",", "")) * (-1 if is_below else 1)
        yield _Figure(
            begin, start, max(end, *(tail.end(part) for part in ("unit", "said", "below"))), value, money, unit
        )


def _money(said: str) -> str:
    code = said.rstrip(".").upper()
    return _MONEY.get(code, code)
