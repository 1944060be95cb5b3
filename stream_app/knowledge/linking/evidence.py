"""What the words right beside an ambiguous name say for or against its being a name, in log-odds.

The weights are set by hand on public headlines and tweets; docs/knowledge.md tells how they were checked.
"""

from __future__ import annotations

import re

from stream_app.knowledge.linking.folding import Casing, Passage
from stream_app.knowledge.linking.spans import Form, Span
from stream_app.knowledge.words import words_of

_POSSESSIVE, _ACTS, _OWNS, _LED_TO = 0.8, 1.5, 1.5, 1.0
_COMPOUND, _SENTENCE_START, _TITLE_CASE = -3.0, -0.6, -0.5
_UPPER_CASE, _UPPER_CASE_TICKER, _LOWER_CASE, _LOWER_CASE_WORD = -1.5, -0.5, -1.0, -4.5
_TITLE_SHARE, _TITLE_WORDS, _LONG_WORD = 0.8, 4, 4
_WINDOW, _AROUND = 40, 120

_NEXT_WORD = re.compile(r"[^\S\n]*(?:[(\[][^)\]]{0,20}[)\]])?[^\S\n]*([A-Za-z][\w'’-]*|[1-4][Qq]\b)")
_WORD_BEFORE = re.compile(r"([A-Za-z]+)[^\S\n]*$")
_WORDS = re.compile(r"[A-Za-z]+")
_SENTENCE_END = '.!?:;\n"“”|•'
_ACTIONS = words_of("action")
_BELONGINGS = words_of("belonging")
_LEADS = words_of("lead")
_MADE_BY = words_of("made_by")


def local_evidence(passage: Passage, span: Span) -> float:
    """Return the evidence of the text around the span that it names its candidates."""
    text = passage.text
    before = text[max(0, span.start - _WINDOW) : span.start]
    evidence = _after(text[span.end : span.end + _WINDOW], span)
    if span.common or span.form is Form.TICKER:
        evidence += _before(before)
    return evidence + _by_case(passage, before, span)


def _after(after: str, span: Span) -> float:
    if after[:2] in {"'s", "’s"}:
        return _POSSESSIVE
    if after[:1] == "-" and after[1:2].islower():
        second = _WORDS.match(after, 1)
        return _POSSESSIVE if second and second[0] in _MADE_BY else _COMPOUND
    following = _NEXT_WORD.match(after)
    if not following or span.form is Form.SYMBOL:
        return 0.0
    word = following[1].lower()
    return _OWNS if word in _BELONGINGS else _ACTS if word in _ACTIONS else 0.0


def _before(before: str) -> float:
    match = _WORD_BEFORE.search(before)
    return _LED_TO if match and match[1].lower() in _LEADS else 0.0


def _by_case(passage: Passage, before: str, span: Span) -> float:
    if passage.case is Casing.LOWER:
        return _LOWER_CASE_WORD if span.common else _LOWER_CASE
    if passage.case is Casing.UPPER and (span.common or span.form is Form.TICKER):
        return _UPPER_CASE if span.common else _UPPER_CASE_TICKER
    if not span.common:
        return 0.0
    last = before.rstrip(" '‘(")[-1:]
    evidence = _SENTENCE_START if not last or last in _SENTENCE_END else 0.0
    around = passage.text[max(0, span.start - _AROUND) : span.end + _AROUND]
    return evidence + (_TITLE_CASE if _is_title(around) else 0.0)


def _is_title(text: str) -> bool:
    words = [word for word in _WORDS.findall(text) if len(word) >= _LONG_WORD]
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _TITLE_WORDS and capitals >= _TITLE_SHARE * len(words)
