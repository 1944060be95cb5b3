"""Entities named by symbols: cashtags, exchange prefixes and suffixes, ISINs, codes in brackets, currency pairs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stream_app.knowledge.linking.lexicon import Lexicon
from stream_app.knowledge.linking.spans import Form, Span
from stream_app.knowledge.markets import AMERICAN, PREFIXES, US_EXCHANGES, mic_of_prefix, mic_of_suffix

_SURE, _BRACKETED, _BRACKETED_WORD = 0.97, 0.75, 0.15
_ELSEWHERE = 0.05  # a listing on another exchange: only where the document bears it out
_LEAST_PLAIN_TICKER = 3
_CHINESE = frozenset({"XSHG", "XSHE"})
_HONG_KONG_DIGITS = 4
_CURRENCY_LETTERS = 3

_CASHTAG = re.compile(
    r"(?<![A-Za-z0-9$])[$＄]([A-Za-z]{1,6}(?:[.-][ABab])?)(?:[.:](US|TO|IN|L|LN|CA|HK|AX|PA|DE|V|CN))?(?![A-Za-z0-9_])"
)
_EXCHANGE = "|".join(map(re.escape, PREFIXES))
_PREFIXED = re.compile(rf"(?<![A-Za-z])((?i:{_EXCHANGE}))\s?[:：]\s?\$?([A-Z0-9]{{1,10}}(?:[.-][A-Z])?)(?![A-Za-z0-9])")
_SUFFIXES = "OQ|O|N|K|L|PA|DE|F|T|HK|SS|SH|SZ|NS|BO|TO|AX|MI|AS|MC|SW|ST|HE|BR|KS|TW|US"
_SUFFIXED = re.compile(rf"(?<![A-Za-z0-9.$])([A-Z0-9]{{2,10}}(?:-[A-Z])?)\.({_SUFFIXES})(?![A-Za-z0-9.])")
_BRACKETS = re.compile(r"[(（\[]\s*([A-Z]{1,5}(?:\.[A-Z])?|\d{6})\s*[)）\]]")
_CHINESE_CODE = re.compile(r"(?<![A-Za-z0-9])(?:SH|SZ|sh|sz)(\d{6})(?!\d)")
_ISIN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[A-Z0-9]{9}[0-9](?![A-Za-z0-9])")


class _Rule(NamedTuple):
    """One way of writing a symbol; a text in which `sign` is not found is not searched further."""

    sign: re.Pattern[str]
    pattern: re.Pattern[str]
    entity: Callable[[Lexicon, re.Match[str]], int | None]


def _cashtag(lexicon: Lexicon, match: re.Match[str]) -> int | None:
    suffix = match[2]
    return lexicon.by_ticker(match[1], mic_of_suffix(suffix)) if suffix else lexicon.american(match[1])


def _chinese_code(lexicon: Lexicon, match: re.Match[str]) -> int | None:
    entity = lexicon.by_ticker(match[1])
    return entity if entity is not None and lexicon.is_listed(entity, _CHINESE) else None


def _prefixed(lexicon: Lexicon, match: re.Match[str]) -> int | None:
    return _listed(lexicon, match[2], mic_of_prefix(match[1]))


def _suffixed(lexicon: Lexicon, match: re.Match[str]) -> int | None:
    return _listed(lexicon, match[1], mic_of_suffix(match[2]))


def _isin(lexicon: Lexicon, match: re.Match[str]) -> int | None:
    return lexicon.isins.get(match[0])


_RULES = (
    _Rule(re.compile("[$＄]"), _CASHTAG, _cashtag),
    _Rule(re.compile("[:：] ?[$]?[A-Z0-9]"), _PREFIXED, _prefixed),
    _Rule(re.compile(rf"\.(?:{_SUFFIXES})(?![A-Za-z0-9.])"), _SUFFIXED, _suffixed),
    _Rule(re.compile("[0-9]{6}"), _CHINESE_CODE, _chinese_code),
    _Rule(re.compile("[A-Z0-9]{9}[0-9]"), _ISIN, _isin),
)


def symbol_spans(text: str, lexicon: Lexicon) -> Iterator[Span]:
    """Yield the spans of a text that name an entity by a symbol."""
    for rule in _RULES:
        if not rule.sign.search(text):
            continue
        for match in rule.pattern.finditer(text):
            entity = rule.entity(lexicon, match)
            candidates = () if entity is None else ((entity, _SURE),)
            yield Span(*match.span(), candidates, Form.SYMBOL)  # an unknown symbol hides the names inside it
    if "(" in text or "（" in text or "[" in text:
        yield from _bracketed(text, lexicon)


def symbol_entities(symbol: str, lexicon: Lexicon) -> tuple[int, ...]:
    """Return what a symbol of a document's field may mean: `AAPL`, `$AAPL`, `NASDAQ:AAPL`, `0700.HK` or an ISIN.

    Without an exchange, one ticker may be several companies' (AIR: AAR and Airbus); the likeliest comes first.
    """
    symbol = symbol.strip().lstrip("$＄")
    for pattern, resolve in (
        (_PREFIXED, _prefixed),
        (_SUFFIXED, _suffixed),
        (_ISIN, _isin),
        (_CHINESE_CODE, _chinese_code),
    ):
        match = pattern.fullmatch(symbol)
        if match and (entity := resolve(lexicon, match)) is not None:
            return (entity,)
    if listed := lexicon.all_by_ticker(symbol):
        return listed
    other = lexicon.american(symbol)
    return () if other is None else (other,)


def _listed(lexicon: Lexicon, ticker: str, mic: str) -> int | None:
    if mic == "XHKG":
        ticker = ticker.lstrip("0").zfill(_HONG_KONG_DIGITS)
    return lexicon.by_ticker(ticker, AMERICAN if mic in US_EXCHANGES else mic)


def _bracketed(text: str, lexicon: Lexicon) -> Iterator[Span]:
    """Yield tickers in brackets, as behind a name; letters alone may be an abbreviation of something else."""
    for match in _BRACKETS.finditer(text):
        ticker = match[1]
        first, *others = lexicon.all_by_ticker(ticker) or (None,)
        if first is None:
            continue
        code = lexicon.codes.get(ticker)
        # `(CPI)` is more often the consumer price index than Capita, who has that ticker
        is_taken = code and not (code.is_ticker or code.common) and first not in dict(code.candidates)
        abbreviated = code.candidates if code and is_taken else ()
        plain = len(ticker) >= _LEAST_PLAIN_TICKER and not abbreviated and not (code and code.common)
        prior = _BRACKETED if plain else _BRACKETED_WORD
        if ticker.isdigit():  # Korean tickers look like Chinese ones
            prior = _SURE if lexicon.is_listed(first, _CHINESE) else _ELSEWHERE
        elsewhere = ((other, _ELSEWHERE) for other in others if other not in dict(abbreviated))
        yield Span(*match.span(1), ((first, prior), *elsewhere, *abbreviated), Form.TICKER)


def currency_pair(capitals: re.Match[str], lexicon: Lexicon) -> list[Span]:
    """Return the two currencies of a pair such as `EURUSD` or, from its first three capitals on, `EUR/USD`."""
    text, start, end = capitals.string, *capitals.span()
    if end - start == 2 * _CURRENCY_LETTERS:
        places = ((start, start + _CURRENCY_LETTERS), (start + _CURRENCY_LETTERS, end))
    elif text[end : end + 1] == "/" and not text[end + 4 : end + 5].isalnum():
        places = ((start, end), (end + 1, end + 4))
    else:
        return []
    pair = [(place, lexicon.currencies.get(text[slice(*place)])) for place in places]
    spans = [Span(*place, ((entity, _SURE),), Form.SYMBOL) for place, entity in pair if entity is not None]
    return spans if len(spans) == len(places) else []
