"""The figures of a text: amounts, shares and counts, with their currency, unit and sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
_IS_PART = re.compile(r"\bby (?:about |around |over )?$", re.IGNORECASE)
_PART_REACH = 45
_YEARS = range(1900, 2101)
_LEAST_COUNT, _COUNT_DIGITS = 5, 9
"""Smaller ones count nothing that is news, and longer ones are no counts."""
_DATED = re.compile(
    r"\s?(?:(?:st|[nr]d|th)\b|[-–]|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|days?\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its currency and unit; empty where none is told, as a currency often is the second time.

    A count has neither of them, nor decimals. It lies from `start`, its digits from `number`, to `end`.
    """

    start: int
    number: int
    end: int
    value: float
    money: str
    unit: str
    is_count: bool

    def is_like(self, other: Figure) -> bool:
        """Whether the two may be compared: nothing says that they are of different kinds."""
        alike = self.unit == other.unit and (self.money == other.money or not (self.money and other.money))
        return alike and self.is_count == other.is_count


def figures(text: str) -> Iterator[Figure]:
    """Yield the amounts, shares and counts of a text, but no dates, ordinals and differences."""
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
        is_count = not (unit or money or set(number[0]) & {",", "."})
        if is_count and (_counts_nothing(number[0]) or _DATED.match(text, end)):
            continue
        begin = start - len(lead[0]) + (lead.start("money") - lead.start() if lead["money"] else len(lead[0]))
        if _IS_PART.search(text[max(0, begin - _PART_REACH) : begin]):
            continue
        sign = lead["sign"] or ""
        is_below = lead["minus"] or tail["below"] or sign.startswith("-") or (sign.startswith("(") and tail["close"])
        value = float(number[0].replace(",", "")) * (-1 if is_below else 1)
        end = max(end, *(tail.end(part) for part in ("unit", "said", "below")))
        yield Figure(begin, start, end, value, money, unit, is_count)


def _counts_nothing(number: str) -> bool:
    return len(number) > _COUNT_DIGITS or int(number) < _LEAST_COUNT or int(number) in _YEARS


def _money(said: str) -> str:
    code = said.rstrip(".").upper()
    return _MONEY.get(code, code)
