"""All aliases compiled for matching: one Aho-Corasick automaton for names, dictionaries for codes and tickers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph
from stream_app.knowledge.linking.folding import fold, is_word_character
from stream_app.knowledge.markets import AMERICAN, US_EXCHANGES
from stream_app.knowledge.words import is_common_word

NOTHING = -1
"""The entity of a phrase that names nothing."""
_LEAST_FIRST_NAME = 3
_COUNTRY = EntityKind.COUNTRY


class Variant(NamedTuple):
    """One alias of a folded text: which characters must be capitals, and what it means with which prior.

    `capitals` is empty where any case will do.
    """

    capitals: tuple[int, ...]
    entity: int
    prior: float
    common: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """All that one folded text can mean; `starts_word` and `ends_word` ask for a boundary on that side."""

    length: int
    starts_word: bool
    ends_word: bool
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """What an acronym or bare ticker can mean."""

    candidates: tuple[tuple[int, float], ...]
    is_ticker: bool
    common: bool


class Lexicon:
    """The aliases of a graph, with its entities numbered in the graph's order."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        numbers = {entity.id: number for number, entity in enumerate(graph.entities)}
        self.patterns = _patterns(graph.aliases, numbers)
        self.automaton = _automaton(self.patterns)
        self.codes = _codes(graph.aliases, numbers)
        self.tickers = _tickers(graph, numbers)
        self.isins = {entity.isin: number for number, entity in enumerate(graph.entities) if entity.isin}
        self.exchanges = [entity.exchange for entity in graph.entities]
        self.first_names = _first_names(graph)
        self.currencies = {
            entity.id.removeprefix("currency:").upper(): number
            for number, entity in enumerate(graph.entities)
            if entity.id.startswith("currency:") and len(entity.id) == len("currency:usd")
        }

        self.national = frozenset(code for code, number in self.currencies.items() if graph.entities[number].country)
        self.national |= {
            text for text, code in self.codes.items() if graph.entities[code.candidates[0][0]].kind is _COUNTRY
        }

    def find(self, folded: str) -> Iterator[tuple[int, Pattern]]:
        """Yield the end (inclusive) and pattern of every alias in a folded text, inside words as well."""
        return self.automaton.iter(folded)  # type: ignore[no-any-return]

    def knows(self, name: str) -> bool:
        """Whether the text is a way of naming an entity."""
        return fold(name) in self.patterns

    def meanings(self, name: str) -> tuple[tuple[int, float], ...]:
        """Return the entities that the text, however its letters are written, is a name of, with their priors."""
        pattern = self.patterns.get(fold(name))
        return tuple(
            (one.entity, one.prior)
            for one in (pattern.variants if pattern else ())
            if one.entity != NOTHING and not one.common
        )

    def by_ticker(self, ticker: str, mic: str = "") -> int | None:
        """Return the entity with this ticker on this exchange; without one, an American listing comes first."""
        return next(iter(self.all_by_ticker(ticker, mic)), None)

    def all_by_ticker(self, ticker: str, mic: str = "") -> tuple[int, ...]:
        """Return the entities with this ticker, on one exchange or on any, American listings first."""
        listed = self.tickers.get(ticker.upper().replace("-", "."), ())
        return tuple(dict.fromkeys(number for exchange, number in listed if not mic or exchange == mic))

    def is_listed(self, entity: int, mics: frozenset[str]) -> bool:
        """Whether the entity's main listing is on one of these exchanges."""
        return self.exchanges[entity] in mics

    def american(self, ticker: str) -> int | None:
        """Return what a cashtag means: an American listing, else an index or crypto-currency, else a listing elsewhere.

        It means no country and no country's currency: `$AZN` is AstraZeneca. A foreign ticker that is an ordinary word
        is none: nobody means it by `$OIL`.
        """
        plain = ticker.upper().replace("-", ".")
        listed = self.tickers.get(plain, ())
        if listed and listed[0][0] == AMERICAN:
            return listed[0][1]
        code = self.codes.get(plain)
        if code and not code.is_ticker and not code.common and plain not in self.national:
            return code.candidates[0][0]
        return listed[0][1] if listed and not is_common_word(plain) else None


def _patterns(aliases: Iterable[Alias], numbers: dict[str, int]) -> dict[str, Pattern]:
    variants: dict[str, set[Variant]] = defaultdict(set)
    for alias in aliases:
        if alias.style in {AliasStyle.NAME, AliasStyle.WORD}:
            entity = NOTHING if alias.entity is None else numbers[alias.entity]
            variants[fold(alias.text)].add(Variant(_capitals(alias), entity, alias.prior, alias.common))
    return {
        text: Pattern(len(text), is_word_character(text[0]), is_word_character(text[-1]), tuple(sorted(found)))
        for text, found in variants.items()
    }


def _capitals(alias: Alias) -> tuple[int, ...]:
    """Return the offsets that must be capitals: those that begin a word, or else the first one inside, as in eBay."""
    if alias.style is AliasStyle.WORD:
        return ()
    text = alias.text
    capitals = [at for at, char in enumerate(text) if char.isupper()]
    at_words = [at for at in capitals if at == 0 or text[at - 1] == " "]
    return tuple(at_words or capitals[:1])


def _automaton(patterns: dict[str, Pattern]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for text in sorted(patterns):
        automaton.add_word(text, patterns[text])
    automaton.make_automaton()
    return automaton


def _codes(aliases: Iterable[Alias], numbers: dict[str, int]) -> dict[str, Code]:
    found: dict[str, list[Alias]] = defaultdict(list)
    for alias in aliases:
        bare = alias.style is AliasStyle.CODE or (alias.style is AliasStyle.TICKER and alias.text.isalpha())
        if bare and alias.entity is not None:
            found[alias.text].append(alias)
    return {text: _code(meanings, numbers) for text, meanings in found.items()}


def _code(meanings: list[Alias], numbers: dict[str, int]) -> Code:
    codes = [alias for alias in meanings if alias.style is AliasStyle.CODE]
    priors: dict[int, float] = {}
    for alias in codes or meanings:
        number = numbers[alias.entity or ""]
        priors[number] = max(priors.get(number, 0.0), alias.prior)
    likeliest = max(codes or meanings, key=lambda alias: (alias.prior, alias.common))
    return Code(tuple(sorted(priors.items())), not codes, likeliest.common)


def _tickers(graph: KnowledgeGraph, numbers: dict[str, int]) -> dict[str, list[tuple[str, int]]]:
    """Return for each ticker its exchanges and entities, American listings first, then the better known."""
    listed: dict[str, list[tuple[bool, float, int, str]]] = defaultdict(list)
    for alias in graph.aliases:
        if alias.style is AliasStyle.TICKER and alias.entity is not None:
            number = numbers[alias.entity]
            entity = graph.entities[number]
            mic = _mic(entity) if entity.ticker == alias.text else AMERICAN
            listed[alias.text.upper().replace("-", ".")].append((mic != AMERICAN, -entity.prior, number, mic))
    return {ticker: [(mic, number) for _, _, number, mic in sorted(found)] for ticker, found in listed.items()}


def _mic(entity: Entity) -> str:
    american = entity.exchange in US_EXCHANGES or (entity.exchange is None and entity.country == "US")
    return AMERICAN if american else entity.exchange or ""


def _first_names(graph: KnowledgeGraph) -> frozenset[str]:
    """Return the first names of the graph's persons, those that are ordinary words or company names left out."""
    persons = {entity.id for entity in graph.entities if entity.kind is EntityKind.PERSON}
    first, taken = set(), set()
    for alias in graph.aliases:
        words = alias.text.split()
        if alias.entity in persons and len(words) > 1:
            first.add(words[0])
        elif alias.common or (alias.entity not in persons and len(words) == 1):
            taken.add(alias.text)
    return frozenset(name for name in first - taken if len(name) >= _LEAST_FIRST_NAME and name.isalpha())
