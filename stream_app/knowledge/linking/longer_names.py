"""Longer names that the graph does not know, in which a known one is only a part: Apple Hospitality, NEW ALBANY."""

from __future__ import annotations

import re

from stream_app.knowledge.linking.lexicon import Lexicon
from stream_app.knowledge.linking.spans import Span
from stream_app.knowledge.words import is_common_word, words_of

_WINDOW, _LINE = 40, 200
_NEXT_WORD = re.compile(r" ([A-Z][a-zA-Z]+)")
_WORD_BEFORE = re.compile(r"([A-Za-z]+) $")
_INSTITUTION_OF = re.compile(r"\b(?:Bank|University|College|Church|Museum|Times|Republic|Institute) [Oo]f $")
_LEGAL_FORM = re.compile(r",? (?:S\.A|Inc|Ltd|Limited|Corp|Corporation|plc|PLC|AG|Co|LLC|NV|SA)\b")
_TICKER = re.compile(r"\s?\((?:[A-Z]{3,6}|[A-Z]+:)")
_INITIAL = re.compile(r"\b[A-Z][a-z]+ [A-Z]\. $")
_PARTNER = re.compile(r"([A-Z][a-z]+) & $")
_IN_STATE = re.compile(rf", (?:{'|'.join(sorted(map(re.escape, words_of('state'))))})(?![a-z])")
_DATELINE = re.compile(
    r"\s*[A-Z][A-Z'-]+(?: [A-Z][A-Z'-]+){1,2}(?:, [\w.]+(?: [A-Z]\w+)?)?(?: \([\w /]+\))?(?:\.|\s?[-–—]) "
)
_CHINESE_FIELD = re.compile(f"中国(?:{'|'.join(sorted(words_of('chinese_field')))})")
_FIELD_GOES_ON = re.compile(f"业(?![绩务内])|站(?![上稳])|{'|'.join(sorted(words_of('field_goes_on')))}")
_LEGAL = frozenset(["Ltd", "Limited", "Inc", "Corp"])
_CONTINUATIONS = words_of("continuation")


def is_part_of_name(text: str, span: Span, lexicon: Lexicon, *, is_subject: bool) -> bool:
    """Whether the span lies in a longer name; `is_subject` where it names no organisation or product.

    Countries and commodities end many companies' names and surnames are shared, so a name before them counts too.
    """
    return _goes_on(text, span, is_subject=is_subject) or _began(text, span, lexicon, is_subject=is_subject)


def _goes_on(text: str, span: Span, *, is_subject: bool) -> bool:
    """Whether what follows, as in `Apple Hospitality`, makes it a longer name or a place."""
    end = span.end
    if text[span.start] == "中" and _CHINESE_FIELD.fullmatch(text, span.start, end):
        return _FIELD_GOES_ON.match(text, end) is not None  # 中国石油 is PetroChina, 中国石油进口量 are imports
    if text[end : end + 1] == " " and (following := _NEXT_WORD.match(text, end)):
        word = following[1]
        if word in _CONTINUATIONS and (is_subject or word not in _LEGAL):
            return True
    if not is_subject:
        return _IN_STATE.match(text, end) is not None or _is_in_dateline(text, span)
    return text[span.start].isupper() and bool(_LEGAL_FORM.match(text, end) or _TICKER.match(text, end))


def _began(text: str, span: Span, lexicon: Lexicon, *, is_subject: bool) -> bool:
    """Whether what comes before, as in `Harrison Ford` or `Abercrombie & Fitch`, began a longer name."""
    start = span.start
    if start == 0 or text[start - 1] != " " or " " in text[start : span.end]:
        return False
    left = text[max(0, start - _WINDOW) : start]
    partner = _PARTNER.search(left)
    if _INITIAL.search(left) or (partner and _is_name(partner[1]) and not lexicon.knows(partner[1])):
        return True
    before = _WORD_BEFORE.search(left)
    if before is None or not before[1][0].isupper():
        return is_subject and _INSTITUTION_OF.search(left) is not None
    return before[1] in lexicon.first_names or (is_subject and text[start].isupper() and _is_name(before[1]))


def _is_in_dateline(text: str, span: Span) -> bool:
    """Whether the name lies in the capitals of a dateline such as `NEW ALBANY (AP) -`."""
    if not text[span.start : span.end].isupper():
        return False
    first = max(0, span.start - _WINDOW)
    line = text.rfind("\n", first, span.start) + 1 or first
    found = _DATELINE.match(text, line) if line == 0 or text[line - 1] == "\n" else None
    if found is None or text[line : line + _LINE].isupper():  # where all is in capitals, they tell nothing
        return False
    return line < span.start and span.end < found.end()


def _is_name(word: str) -> bool:
    return not word.isupper() and not is_common_word(word)
