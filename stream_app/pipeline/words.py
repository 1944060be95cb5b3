"""A text as the words that tell its story: without links, handles, stop words, case and punctuation."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 16 * 1024
"""What comes after them does not tell stories apart; a bound on the work that one document can make."""

_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
# Links, handles, and the word that a cut-off text breaks off in.
_NOISE = re.compile(
    r"(?:https?://|www\.|pic\.twitter\.com/|\bt\.co/)[!-~]*|\brt\b:?(?= ?@)|(?:\b(?:via|by) )?@\w+:?|\b\w*…", re.ASCII
)
_ACRONYM = re.compile(r"\b(?:[a-z]\.){2,}", re.ASCII)
_WORD = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_{_UNSPACED}]+(?:['’][^\W\d_]+)?\d*)"
)
_POSSESSIVE = ("'s", "’s")
_STOP_WORDS = frozenset(
    """a about after also amid an and are as at be been but by can could for from had has have he her his in into is it
    its of on or our said say says she that the their they this to was we were while will with would you
    your""".split()
)
_LEAST_PLURAL = 4


def words(text: str) -> list[str]:
    """Return the words of a text in order; scripts without spaces give overlapping pairs of characters.

    Figures lose their thousands separators and trailing zeros, so that 1,500.0 and 1500 are one word.
    """
    plain = unicodedata.normalize("NFKC", _NOISE.sub(" ", text[:MOST_CHARACTERS].lower()))
    plain = _ACRONYM.sub(lambda found: found.group().replace(".", ""), plain)
    found: list[str] = []
    for match in _WORD.finditer(plain):
        word = match.group()
        match match.lastgroup:
            case "unspaced":
                found.extend(_pairs(word))
            case "number":
                found.append(_figure(word))
            case _:
                found.append(word[:-2] if word.endswith(_POSSESSIVE) else word)
    return [word for word in found if word not in _STOP_WORDS]


def _pairs(characters: str) -> list[str]:
    return [characters[at : at + 2] for at in range(len(characters) - 1)] or [characters]


def _figure(written: str) -> str:
    plain = written.replace(",", "")
    return plain.rstrip("0").rstrip(".") or "0" if "." in plain else plain


def stem(word: str) -> str:
    """Return the word without the s of a plural or of a verb, which headlines put and leave out at will."""
    return word[:-1] if len(word) >= _LEAST_PLURAL and word[-1] == "s" and word[-2] != "s" else word
