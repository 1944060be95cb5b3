"""The linker: what a document names, decided by priors, by the words around each name and by the names beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking.amounts import is_counted, is_sum
from stream_app.knowledge.linking.context import Surroundings
from stream_app.knowledge.linking.evidence import local_evidence
from stream_app.knowledge.linking.folding import Casing, Passage, passage
from stream_app.knowledge.linking.leaders import Leaders
from stream_app.knowledge.linking.ledger import Ledger, Mention
from stream_app.knowledge.linking.lexicon import Lexicon
from stream_app.knowledge.linking.longer_names import is_part_of_name
from stream_app.knowledge.linking.scan import scan
from stream_app.knowledge.linking.shared_words import SharedWords
from stream_app.knowledge.linking.spans import Form, Span
from stream_app.knowledge.linking.symbols import symbol_entities

_LINKED = 0.5  # under it, no entity is the better answer
_CLEAR = 0.8
_LEAST_NIL = 0.02
_GIVEN = 0.95
_MOST_ANCHORS = 64
SYMBOLS_FIELD = "symbols"
_BESIDE = re.compile(r"(?:['’]s?)?\s(?:Group\s)?")
_OWNED = re.compile(r"\b(?:its|their)\s+$", re.IGNORECASE)
_PART_OF_NAME = -4.0
_SUBJECTS = frozenset(
    {
        EntityKind.COUNTRY,
        EntityKind.CURRENCY,
        EntityKind.COMMODITY,
        EntityKind.INDUSTRY,
        EntityKind.MACRO_INDICATOR,
        EntityKind.PERSON,
    }
)


@dataclass(frozen=True, slots=True)
class LinkedEntity:
    """An entity that the document names, with every mention in the order of the fields."""

    entity: Entity
    confidence: float
    mentions: tuple[Mention, ...]


class Linker:
    """Links documents to one graph; building it takes about a second, linking microseconds."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.version = graph.version
        self._entities = graph.entities
        self._lexicon = Lexicon(graph)
        self._shared = SharedWords(self._lexicon, self._kind_of)
        self._surroundings = Surroundings(graph)
        self._leaders = Leaders(graph, self._lexicon)

    def link(self, fields: Sequence[tuple[str, str]], symbols: Iterable[str] = ()) -> list[LinkedEntity]:
        """Return what the fields, as pairs of name and text, name, in the order of first mention.

        Mentions in `symbols` come last, in a field of that name. A confidence is the probability, under the model of
        priors and evidence, that the mentions mean the entity; under one half nothing is linked.
        """
        passages = [passage(name, text) for name, text in fields]
        found = [_Found(one, span) for one in passages for span in self._spans(one)]
        given = list(self._given(symbols, {entity for one in found for entity, _ in one.span.candidates}))
        chosen = self._choose(passages, found, [entity for entity, _ in given])
        ledger = Ledger()
        for place, (one, (entity, confidence)) in enumerate(zip(found, chosen, strict=True)):
            if confidence < _LINKED or self._is_of_owner(found, chosen, place) or self._is_amount(found, chosen, place):
                continue
            ledger.add(entity, confidence, one.mention())
        self._add_surnames(passages, ledger)
        self._add_leaders(passages, ledger)
        for entity, mention in given:
            ledger.add(entity, _GIVEN, mention)
        return [
            LinkedEntity(self._entities[entity], confidence, tuple(ledger.mentions[entity]))
            for entity, confidence in ledger.confidences.items()
        ]

    def _spans(self, one: Passage) -> list[Span]:
        return self._shared.with_shared(one.text, scan(one, self._lexicon))

    def _kind_of(self, entity: int) -> EntityKind:
        return self._entities[entity].kind

    def _is_of_owner(self, found: Sequence[_Found], chosen: Sequence[tuple[int, float]], place: int) -> bool:
        """Whether the word for an industry says what one firm has: `Woolworths supermarkets`, `its slaughterhouses`."""
        one = found[place]
        if self._entities[chosen[place][0]].kind is not EntityKind.INDUSTRY:
            return False
        if _OWNED.search(one.passage.text, 0, one.span.start):
            return True
        before, (owner, confidence) = found[place - 1], chosen[place - 1]
        is_beside = (
            place > 0
            and before.passage is one.passage
            and _BESIDE.fullmatch(one.passage.text, before.span.end, one.span.start)
        )
        return bool(is_beside) and confidence >= _LINKED and self._entities[owner].kind is EntityKind.COMPANY

    def _is_amount(self, found: Sequence[_Found], chosen: Sequence[tuple[int, float]], place: int) -> bool:
        """Whether a currency only counts money; `155 yen` is a rate where the text names another beside it."""
        one = found[place]
        if not self._is_currency(chosen[place]):
            return False
        text, start = one.passage.text, one.span.start
        if is_sum(text, start, one.span.end):
            return True
        beside = zip(found, chosen, strict=True)
        return is_counted(text, start) and not any(
            other.passage is one.passage and pair[0] != chosen[place][0] and self._is_currency(pair)
            for other, pair in beside
        )

    def _is_currency(self, pair: tuple[int, float]) -> bool:
        return pair[1] >= _LINKED and self._entities[pair[0]].kind is EntityKind.CURRENCY

    def _given(self, symbols: Iterable[str], named: set[int]) -> Iterator[tuple[int, Mention]]:
        """Yield what the field of symbols names; its offsets count in the symbols joined by single spaces.

        Of several companies with one ticker, the one that the text seems to name is meant.
        """
        at = 0
        for symbol in symbols:
            meant = symbol_entities(symbol, self._lexicon)
            if meant:
                entity = next((one for one in meant if one in named), meant[0])
                yield entity, Mention(symbol, at, at + len(symbol), SYMBOLS_FIELD)
            at += len(symbol) + 1

    def _choose(self, passages: list[Passage], found: list[_Found], given: list[int]) -> list[tuple[int, float]]:
        """Return the likeliest entity of each span and its probability.

        What is clear bears out the unclear, and what thereby becomes likely bears out the rest.
        """
        chosen = [self._clear(one) for one in found]
        if None not in chosen:
            return [pair for pair in chosen if pair]
        words = self._surroundings.heard_in("\n".join(one.text.lower() for one in passages))
        for last in (False, True):
            likely = (pair[0] for pair in chosen if pair)
            others = list(dict.fromkeys([*given, *likely]))[:_MOST_ANCHORS]
            for place, one in enumerate(found):
                if chosen[place] is None:
                    pair = self._likeliest(one, others, words)
                    chosen[place] = pair if last or pair[1] >= _LINKED else None
        return [pair for pair in chosen if pair]

    def _clear(self, one: _Found) -> tuple[int, float] | None:
        span = one.span
        if len(span.candidates) > 1 or span.common or span.form is Form.TICKER:
            return None
        entity, prior = span.candidates[0]
        if prior < _CLEAR or (span.form is Form.NAME and not self._stands_alone(one)):
            return None
        return entity, prior

    def _stands_alone(self, one: _Found) -> bool:
        """Whether capitals are told apart in the text and no unknown longer name goes around the span."""
        return one.passage.case is not Casing.LOWER and not self._is_part(one)

    def _is_part(self, one: _Found) -> bool:
        subject = all(self._entities[entity].kind in _SUBJECTS for entity, _ in one.span.candidates)
        return is_part_of_name(one.passage.text, one.span, self._lexicon, is_subject=subject)

    def _likeliest(self, one: _Found, others: list[int], words: frozenset[str]) -> tuple[int, float]:
        local = local_evidence(one.passage, one.span)
        if self._is_part(one):
            local = min(local, 0.0) + _PART_OF_NAME
        weights = [
            (prior * math.exp(local + self._surroundings.evidence(entity, others, words)), entity)
            for entity, prior in one.span.candidates
        ]
        nothing = max(_LEAST_NIL, 1.0 - sum(prior for _, prior in one.span.candidates))
        best, entity = max(weights, key=lambda pair: (pair[0], -pair[1]))
        return entity, best / (nothing + sum(weight for weight, _ in weights))

    def _add_surnames(self, passages: list[Passage], ledger: Ledger) -> None:
        """Add later mentions of persons by their surname alone, once their full name has been linked."""
        surnames = {
            mention.text.rsplit(" ", 1)[1]: entity
            for entity, mentions in ledger.mentions.items()
            if self._entities[entity].kind is EntityKind.PERSON
            for mention in mentions
            if " " in mention.text
        }
        if not surnames:
            return
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(surnames)))})(?!\w)")
        for name, text, _ in passages:
            for match in pattern.finditer(text):
                if not ledger.touches(name, *match.span()):
                    entity = surnames[match[0]]
                    mention = Mention(match[0], match.start(), match.end(), name)
                    ledger.add(entity, ledger.confidences[entity], mention)

    def _add_leaders(self, passages: list[Passage], ledger: Ledger) -> None:
        """Add persons by the surname alone where what they lead is named, as in `Citi's Fraser`."""
        before = len(ledger.confidences)
        for leader, confidence, (name, text, _), start in self._leaders.named(passages, ledger.mentions, ledger.ends):
            end = start + len(leader.surname)
            if not ledger.touches(name, start, end):
                ledger.add(leader.person, confidence, Mention(text[start:end], start, end, name))
        if len(ledger.confidences) > before:
            ledger.arrange([one.field for one in passages])


class _Found(NamedTuple):
    """A span and the passage it was found in."""

    passage: Passage
    span: Span

    def mention(self) -> Mention:
        start, end = self.span.start, self.span.end
        return Mention(self.passage.text[start:end], start, end, self.passage.field)
