"""Edits that keep what a text says of whom: only their number, ticker, spelling, case or wrapping is another.

An edit that finds nothing to change returns None. Names stay as they are, except where an edit says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from stream_app.probes.companies import Company
from stream_app.probes.texts import Change, Text, changed, is_outside, parts

Rng = np.random.Generator
Edit = Callable[[Text, Rng], Text | None]

# Of a number that stands alone or before a unit: no part of a word, a date, a time, a range or a longer number.
_NUMBER = re.compile(r"(?<![\w.,:/'-])\d+(?:,\d{3})*(?:\.\d+)?(?![\d:/'-]|[.,]\d|(?!(?:bn|mn|m|k|b|cr)\b)\w)", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LEAST_FACTOR, _MOST_FACTOR = 1.1, 1.5
_CASHTAG = re.compile(r"\$[A-Za-z]{1,5}\b")
# A word of small letters, not a part of a link, a handle or a compound.
_WORD = re.compile(r"(?<![\w$@#'’./:-])[a-z]{5,}(?![\w'’/:.-]\w|[\w-])", re.ASCII)
_TITLED = re.compile(r"(?<![\w'’/.:])[a-z]", re.ASCII)
_LINK_AT_END = re.compile(r"(?:://|www\.|t\.co/)\S*\s*$")
_MARKS = (".", "...", "!", "!!")
_EMOJI = (" 📰", " 📊", " 👀", " 🗞️", " ➡️")
_AFTER = (" - Reuters", " | Bloomberg", " (Reuters)", " - MarketWatch", " via @WSJ", " - Read more")
_BEFORE = ("UPDATE 1-", "BRIEF-", "(Reuters) - ", "RPT-", "NEWS: ")


def numbers(text: Text, rng: Rng) -> Text | None:
    """Multiply all numbers by one factor of 1.1 to 1.5, so that what was the greater stays so; years stay."""
    factor = rng.uniform(_LEAST_FACTOR, _MOST_FACTOR)
    found = [one for one in _NUMBER.finditer(text.text) if is_outside(text, one.span()) and not _is_year(one.group())]
    return _if_other(text, [Change(*one.span(), _times(one.group(), factor)) for one in found])


def _is_year(number: str) -> bool:
    return number.isdecimal() and _FIRST_YEAR <= int(number) <= _LAST_YEAR


def _times(number: str, factor: float) -> str:
    decimals = len(number.partition(".")[2])
    comma = "," if "," in number else ""
    return f"{float(number.replace(',', '')) * factor:{comma}.{decimals}f}"


def typo(text: Text, rng: Rng) -> Text | None:
    """Swap two neighbouring letters of a word, or drop one; never the first letter, nor any of a name."""
    words = [one for one in _WORD.finditer(text.text) if is_outside(text, one.span())]
    if not words:
        return None
    word = words[int(rng.integers(len(words)))]
    place = int(rng.integers(1, len(word.group()) - 1))
    letters = word.group()
    swapped = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    dropped = letters[:place] + letters[place + 1 :]
    new = dropped if swapped == letters or rng.random() < 1 / 2 else swapped
    return changed(text, [Change(*word.span(), new)])


def upper(text: Text, _: Rng) -> Text | None:
    """Write all in capitals, names too."""
    return _if_other(text, [Change(start, end, text.text[start:end].upper()) for start, end in parts(text)])


def lower(text: Text, _: Rng) -> Text | None:
    """Write all in small letters, names too."""
    return _if_other(text, [Change(start, end, text.text[start:end].lower()) for start, end in parts(text)])


def title(text: Text, _: Rng) -> Text | None:
    """Begin every word with a capital; names stay."""
    found = [one for one in _TITLED.finditer(text.text) if is_outside(text, one.span())]
    return _if_other(text, [Change(*one.span(), one.group().upper()) for one in found])


def punctuation(text: Text, rng: Rng) -> Text | None:
    """End the text with another mark than it had."""
    return _appended(text, _MARKS, rng)


def emoji(text: Text, rng: Rng) -> Text | None:
    """End the text with an emoji that stands for no opinion."""
    return _appended(text, _EMOJI, rng)


def boilerplate(text: Text, rng: Rng) -> Text | None:
    """Put the name of a source or a wire's mark before or after."""
    if rng.random() < 1 / 2:
        return changed(text, [Change(0, 0, _one(_BEFORE, rng))])
    return _appended(text, _AFTER, rng)


def tickers(companies: Sequence[Company]) -> Edit:
    """Return the edit that gives each cashtag the ticker of another company; a name that is a cashtag changes too."""
    known = sorted({company.ticker for company in companies if company.ticker})

    def edit(text: Text, rng: Rng) -> Text | None:
        found = [
            one for one in _CASHTAG.finditer(text.text) if one.span() in text.names or is_outside(text, one.span())
        ]
        new = {tag: f"${_one(known, rng)}" for tag in dict.fromkeys(one.group() for one in found)}
        return _if_other(text, [Change(*one.span(), new[one.group()]) for one in found])

    return edit


def names(companies: Sequence[Company]) -> Edit:
    """Return the edit that gives the judged name, if it is one company's and stands once, to another company."""
    known = {company.name for company in companies}

    def edit(text: Text, rng: Rng) -> Text | None:
        said = text.said()
        if not said or said[0] not in known or text.text.count(said[0]) != 1:
            return None
        return _if_other(text, [Change(*text.names[0], companies[int(rng.integers(len(companies)))].name)])

    return edit


def label_keeping(companies: Sequence[Company]) -> Mapping[str, Edit]:
    """Return all edits of this module by the names of their kinds."""
    plain = (numbers, typo, upper, lower, title, punctuation, emoji, boilerplate)
    return {"names": names(companies), "tickers": tickers(companies)} | {one.__name__: one for one in plain}


def _appended(text: Text, endings: Sequence[str], rng: Rng) -> Text | None:
    """Append an ending; not to a link, of which it would become a part."""
    if _LINK_AT_END.search(text.text):
        return None
    return changed(text, [Change(len(text.text), len(text.text), _one(endings, rng))])


def _one(choices: Sequence[str], rng: Rng) -> str:
    return choices[int(rng.integers(len(choices)))]


def _if_other(text: Text, changes: Sequence[Change]) -> Text | None:
    edited = changed(text, changes)
    return None if edited.text == text.text else edited
