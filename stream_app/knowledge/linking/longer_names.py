"""Longer names that the graph does not know, in which a known one is only a part: Apple Hospitality, Bhushan Steel."""

from __future__ import annotations

import re

from stream_app.knowledge.linking.spans import Span
from stream_app.knowledge.words import is_common_word, words_of

_WINDOW = 40
_NEXT_WORD = re.compile(r" ([A-Z][a-zA-Z]+)")
_WORD_BEFORE = re.compile(r"([A-Za-z]+) $")
_INSTITUTION_OF = re.compile(r"\b(?:Bank|University|College|Church|Museum|Times|Republic|Institute) [Oo]f $")
_LEGAL_FORM = re.compile(r",? (?:S\.A|Inc|Ltd|Limited|Corp|Corporation|plc|PLC|AG|Co|LLC|NV|SA)\b")
_TICKER = re.compile(r"\s?\((?:[A-Z]{3,6}|[A-Z]+:)")
_LEGAL = frozenset(["Ltd", "Limited", "Inc", "Corp"])
_CONTINUATIONS = words_of("continuation")


def is_part_of_name(text: str, span: Span, first_names: frozenset[str], *, is_subject: bool) -> bool:
    """Whether the span lies in a longer name; `is_subject` where it names no organisation or product.

    Countries and commodities end many companies' names and surnames are shared, so a name before them counts too.
    """
    start, end = span.start, span.end
    if text[end : end + 1] == " " and (following := _NEXT_WORD.match(text, end)):
        word = following[1]
        if word in _CONTINUATIONS and (is_subject or word not in _LEGAL):
            return True
    if is_subject and text[start].isupper() and (_LEGAL_FORM.match(text, end) or _TICKER.match(text, end)):
        return True
    if start == 0 or text[start - 1] != " " or " " in text[start:end]:
        return False
    left = text[max(0, start - _WINDOW) : start]
    before = _WORD_BEFORE.search(left)
    if before is None or not before[1][0].isupper():
        return is_subject and _INSTITUTION_OF.search(left) is not None
    return before[1] in first_names or (is_subject and text[start].isupper() and _is_name(before[1]))


def _is_name(word: str) -> bool:
    return not word.isupper() and not is_common_word(word)
