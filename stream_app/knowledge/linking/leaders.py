"""Leaders by surname beside what they lead: `Citi's Fraser`, `Boeing CEO Ortberg`, `Hammack` in news of the Fed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import RelationKind
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking.folding import Casing, Passage
from stream_app.knowledge.linking.lexicon import Lexicon
from stream_app.knowledge.names import without_accents
from stream_app.knowledge.sources.people import plain_person_name
from stream_app.knowledge.words import is_common_word, words_of

_LED = frozenset({EntityKind.COMPANY, EntityKind.CENTRAL_BANK, EntityKind.ORGANISATION})
_BESIDE, _ALONE = 0.85, 0.6
_LEAST_SURNAME, _LEAST_ALONE = 2, 5
_SHARED_BY = 2
_LOOK_BACK = 24
_OWNER = re.compile(r"['’][sS]?\s$")
_WORD_BEFORE = re.compile(r"([\w.'’-]+)\s$")
_GOES_ON = re.compile(r"[ -][A-Z]|\.[A-Z]")
_TITLES = words_of("title")


class Leader(NamedTuple):
    """A person by number, his surname, and whether it says something without a title or owner in front of it."""

    person: int
    surname: str
    tells: bool


class Ruler(NamedTuple):
    """A leader and where, by field, the mentions of what he leads end."""

    leader: Leader
    ends: frozenset[tuple[str, int]]


class Sighting(NamedTuple):
    """A leader's surname at a place of a passage."""

    leader: Leader
    confidence: float
    passage: Passage
    start: int


class Leaders:
    """Who leads whom, by the entities' numbers."""

    def __init__(self, graph: KnowledgeGraph, lexicon: Lexicon) -> None:
        numbers = {entity.id: number for number, entity in enumerate(graph.entities)}
        found: dict[int, list[Leader]] = defaultdict(list)
        persons = [entity for entity in graph.entities if entity.kind is EntityKind.PERSON]
        bearers = Counter(_surname(entity.name) for entity in persons)
        for edge in graph.relations:
            led, person = numbers[edge.target], numbers[edge.source]
            if edge.kind is RelationKind.KEY_PERSON_OF and graph.entities[led].kind in _LED:
                surname = _surname(graph.entities[person].name)
                is_own = surname in graph.entities[led].name.split()  # Marten, and Boeing, are first the companies
                if len(surname) >= _LEAST_SURNAME and surname.isascii() and not is_own:
                    doubtful = is_common_word(surname) or lexicon.knows(surname) or bearers[surname] >= _SHARED_BY
                    found[led].append(Leader(person, surname, not doubtful and len(surname) >= _LEAST_ALONE))
        self._of = {led: tuple((one.surname, one) for one in leaders) for led, leaders in found.items()}
        self._in_capitals = {led: tuple(map(_in_capitals, leaders)) for led, leaders in found.items()}

    def named(
        self, passages: Sequence[Passage], led: Iterable[int], ends: Callable[[int], frozenset[tuple[str, int]]]
    ) -> Iterator[Sighting]:
        """Yield every surname of those who lead `led`; `ends` says where mentions of one of these end, by field."""
        owners = tuple(led)
        for passage in passages:
            text = passage.text
            leaders_of = self._in_capitals if passage.case is Casing.UPPER else self._of
            for owner in owners:
                for surname, leader in leaders_of.get(owner, ()):
                    if surname in text:
                        yield from _sightings(passage, Ruler(leader, ends(owner)))


def _sightings(passage: Passage, ruler: Ruler) -> Iterator[Sighting]:
    surname = ruler.leader.surname
    start = passage.text.find(surname)
    while start >= 0:
        if confidence := _confidence(passage, start, ruler):
            yield Sighting(ruler.leader, confidence, passage, start)
        start = passage.text.find(surname, start + len(surname))


def _surname(name: str) -> str:
    return without_accents(plain_person_name(name).split()[-1])


def _in_capitals(leader: Leader) -> tuple[str, Leader]:
    """Return the leader as headlines in capitals write him, where a surname alone may be any word."""
    surname = leader.surname.upper()
    return surname, Leader(leader.person, surname, tells=False)


def _confidence(passage: Passage, start: int, ruler: Ruler) -> float | None:
    """Return how sure the surname there means the leader; None where it does not, or is a part of another name."""
    text, end = passage.text, start + len(ruler.leader.surname)
    if (start and text[start - 1].isalnum()) or text[end : end + 1].isalnum():
        return None
    before = text[max(0, start - _LOOK_BACK) : start]
    owner = _OWNER.search(before)
    if owner and (passage.field, start - len(owner[0])) in ruler.ends:
        return _BESIDE
    word = _WORD_BEFORE.search(before)
    if word and word[1].lower() in _TITLES:
        return _BESIDE
    if not ruler.leader.tells:
        return None
    is_in_a_name = (word and word[1][0].isupper()) or _GOES_ON.match(text, end)
    return None if is_in_a_name else _ALONE
