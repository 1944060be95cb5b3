"""One pass over a text: every span that some alias matches, by its letters, its boundaries and its capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stream_app.knowledge.linking.folding import FIRST_UNSPACED, Casing, Passage, fold
from stream_app.knowledge.linking.lexicon import NOTHING, Code, Lexicon, Variant
from stream_app.knowledge.linking.spans import Form, Span, longest
from stream_app.knowledge.linking.symbols import currency_pair, symbol_spans

CODE = re.compile(r"(?<![A-Za-z0-9_&$＄])(?:[A-Z][A-Z0-9]{1,9}|(?<![.,])[0-9][A-Z])(?![A-Za-z0-9_&$＄])")
_LEAST_LOWER_NAME, _LEAST_TELLING_TICKER = 4, 4
_PAIR_LETTERS = (3, 6)


def scan(passage: Passage, lexicon: Lexicon) -> list[Span]:
    """Return the spans of a text that may name entities, in order, none overlapping another."""
    text = passage.text
    spans = list(_names(text, lexicon, passage.case))
    spans.extend(_codes(text, lexicon, passage.case))
    spans.extend(symbol_spans(text, lexicon))
    if not spans:
        return spans
    spans = longest(spans)
    return [span for span in spans if span.candidates]


def _names(text: str, lexicon: Lexicon, case: Casing) -> Iterator[Span]:
    folded = fold(text)
    size = len(folded)
    for last, pattern in lexicon.find(folded):
        end = last + 1
        start = end - pattern.length
        if pattern.starts_word and start and (before := folded[start - 1]) < FIRST_UNSPACED and before.isalnum():
            continue
        if pattern.ends_word and end < size and (after := folded[end]) < FIRST_UNSPACED and after.isalnum():
            continue
        lenient = case is Casing.LOWER and pattern.length >= _LEAST_LOWER_NAME
        fitting = [one for one in pattern.variants if lenient or _fits(one, text, start)]
        if fitting:
            yield _span(start, end, fitting)


def _fits(variant: Variant, text: str, start: int) -> bool:
    """Whether the text's capitals are the alias's."""
    return all(text[start + at].isupper() for at in variant.capitals)


def _span(start: int, end: int, fitting: list[Variant]) -> Span:
    if len(fitting) == 1:
        _, entity, prior, common = fitting[0]
        candidates = () if entity == NOTHING else ((entity, prior),)
        return Span(start, end, candidates, Form.NAME, common)
    fitting = [variant for variant in fitting if variant.entity != NOTHING]
    priors: dict[int, float] = {}
    for variant in fitting:
        priors[variant.entity] = max(priors.get(variant.entity, 0.0), variant.prior)
    common = all(variant.common for variant in fitting)
    return Span(start, end, tuple(sorted(priors.items())), Form.NAME, common)


def _codes(text: str, lexicon: Lexicon, case: Casing) -> Iterator[Span]:
    codes = lexicon.codes
    for match in CODE.finditer(text):
        code = codes.get(match[0])
        if match.end() - match.start() in _PAIR_LETTERS:
            yield from currency_pair(match, lexicon)
        if code is None or (case is Casing.UPPER and not _tells_in_capitals(code, match[0])):
            continue
        form = Form.TICKER if code.is_ticker else Form.CODE
        yield Span(*match.span(), code.candidates, form, code.common)


def _tells_in_capitals(code: Code, text: str) -> bool:
    """Whether the code says something where every word is in capitals."""
    return not code.common and (not code.is_ticker or len(text) >= _LEAST_TELLING_TICKER)
