"""What a whole document says about which entities it is about: its other entities, and words of their fields."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import RelationKind
from stream_app.knowledge.graph import KnowledgeGraph

_SAME, _RELATED, _SAME_INDUSTRY, _SAME_SECTOR, _SAME_COUNTRY = 3.0, 1.5, 0.8, 0.5, 0.3
_MOST_CUES, _MOST_OF_FIELD = 3, 1.3
_WORDS = re.compile(r"[a-z][a-z0-9-]*")
_TRADED = frozenset({EntityKind.COMPANY, EntityKind.COMMODITY, EntityKind.CURRENCY, EntityKind.INDEX})


class Surroundings:
    """What the graph knows that makes one entity likely beside another, by the entities' numbers."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        numbers = {entity.id: number for number, entity in enumerate(graph.entities)}
        self._entities = graph.entities
        self._neighbours: dict[int, set[int]] = defaultdict(set)
        self._industries: dict[int, int] = {}
        for edge in graph.relations:
            source, target = numbers[edge.source], numbers[edge.target]
            if edge.kind is RelationKind.IN_INDUSTRY:
                self._industries[source] = target
            self._neighbours[source].add(target)
            self._neighbours[target].add(source)
        self._cues: dict[str, dict[str, float]] = defaultdict(dict)
        for cue in graph.cues:
            self._cues[cue.subject][cue.word] = cue.weight
        self._unspaced = tuple({cue.word for cue in graph.cues if not cue.word.isascii()})

    def heard_in(self, text: str) -> frozenset[str]:
        """Return the words of a text in small letters, and the cues in it that no spaces set apart."""
        words = frozenset(_WORDS.findall(text))
        return words if text.isascii() else words.union(cue for cue in self._unspaced if cue in text)

    def evidence(self, candidate: int, others: Iterable[int], words: frozenset[str]) -> float:
        """Return in log-odds what a document's other entities and its words say for a candidate."""
        beside = max((self._bond(candidate, other) for other in others), default=0.0)
        return beside + self._said(candidate, words)

    def _bond(self, candidate: int, other: int) -> float:
        if candidate == other:
            return _SAME
        if other in self._neighbours[candidate]:
            return _RELATED
        industry = self._industries.get(candidate)
        if industry is not None and industry in {other, self._industries.get(other)}:
            return _SAME_INDUSTRY
        here, there = self._entities[candidate], self._entities[other]
        if here.sector is not None and here.sector == there.sector:
            return _SAME_SECTOR
        return _SAME_COUNTRY if here.country is not None and here.country == there.country else 0.0

    def _said(self, candidate: int, words: frozenset[str]) -> float:
        entity = self._entities[candidate]
        field = _heard(self._cues.get("finance"), words) if entity.kind in _TRADED else 0.0
        if entity.sector is not None:
            field += _heard(self._cues.get(entity.sector), words)
        return _heard(self._cues.get(entity.id), words) + min(field, _MOST_OF_FIELD)


def _heard(cues: dict[str, float] | None, words: frozenset[str]) -> float:
    """Return the sum of the strongest few cues: a text full of one field's words is not surer than that."""
    if not cues:
        return 0.0
    heard = sorted((cues[word] for word in words & cues.keys()), key=abs, reverse=True)
    return sum(heard[:_MOST_CUES])
