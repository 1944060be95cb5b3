"""Longer names that the graph does not know, in which a known one is only a part: Apple Hospitality, NEW ALBANY."""

from __future__ import annotations

import re

from stream_app.knowledge.linking.lexicon import Lexicon
from stream_app.knowledge.linking.spans import Span
from stream_app.knowledge.words import is_common_word, words_of

_WINDOW = 40
_NEXT_WORD = re.compile(r" ([A-Z][a-zA-Z]+)")
_WORD_BEFORE = re.compile(r"([A-Za-z]+) $")
_INSTITUTION_OF = re.compile(r"\b(?:Bank|University|College|Church|Museum|Times|Republic|Institute) [Oo]f $")
_LEGAL_FORM = re.compile(r",? (?:S\.A|Inc|Ltd|Limited|Corp|Corporation|plc|PLC|AG|Co|LLC|NV|SA)\b")
_TICKER = re.compile(r"\s?\((?:[A-Z]{3,6}|[A-Z]+:)")
_PARTNER = re.compile(r"([A-Z][a-z]+) & $")
_IN_STATE = re.compile(rf", (?:{'|'.join(sorted(map(re.escape, words_of('state'))))})(?![a-z])")
_DATELINE = re.compile(r"\s*[A-Z][A-Z.'-]+ [A-Z][A-Z .'-]*[A-Z](?:, [\w.]+(?: [A-Z]\w+)?)?(?: \([\w /]+\))?(?:\.|\s?[-–—]) ")
_LEGAL = frozenset(["Ltd", "Limited", "Inc", "Corp"])
_CONTINUATIONS = words_of("continuation")


def is_part_of_name(text: str, span: Span, lexicon: Lexicon, *, is_subject: bool) -> bool:
    """Whether the span lies in a longer name; `is_subject` where it names no organisation or product.

    Countries and commodities end many companies' names and surnames are shared, so a name before them counts too.
    """
    start, end = span.start, span.end
    if text[end : end + 1] == " " and (following := _NEXT_WORD.match(text, end)):
        word = following[1]
        if word in _CONTINUATIONS and (is_subject or word not in _LEGAL):
            return True
    if not is_subject and _is_place(text, span):
        return True
    if is_subject and text[start].isupper() and (_LEGAL_FORM.match(text, end) or _TICKER.match(text, end)):
        return True
    if start == 0 or text[start - 1] != " " or " " in text[start:end]:
        return False
    left = text[max(0, start - _WINDOW) : start]
    if (partner := _PARTNER.search(left)) and _is_name(partner[1]) and not lexicon.knows(partner[1]):
        return True
    before = _WORD_BEFORE.search(left)
    if before is None or not before[1][0].isupper():
        return is_subject and _INSTITUTION_OF.search(left) is not None
    return before[1] in lexicon.first_names or (is_subject and text[start].isupper() and _is_name(before[1]))


def _is_place(text: str, span: Span) -> bool:
    """Whether the name is that of a town: in front of its state, or inside a dateline such as `NEW ALBANY (AP) -`."""
    if _IN_STATE.match(text, span.end):
        return True
    line = text.rfind("\n", 0, span.start) + 1
    return (dateline := _DATELINE.match(text, line)) is not None and line < span.start < span.end < dateline.end()


def _is_name(word: str) -> bool:
    return not word.isupper() and not is_common_word(word)
