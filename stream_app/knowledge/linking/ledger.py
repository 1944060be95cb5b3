"""What a document has been found to name so far, with every mention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of one of the document's fields; `text` is that field's `[start:end]`."""

    text: str
    start: int
    end: int
    field: str


class Ledger:
    """The entities linked so far, in the order of their first mention."""

    def __init__(self) -> None:
        self.confidences: dict[int, float] = {}
        self.mentions: dict[int, list[Mention]] = defaultdict(list)
        self._edges: set[tuple[str, int, bool]] = set()

    def add(self, entity: int, confidence: float, mention: Mention) -> None:
        """Add one mention; the entity is as sure as its surest."""
        self.confidences[entity] = max(confidence, self.confidences.get(entity, 0.0))
        self.mentions[entity].append(mention)
        self._edges.add((mention.field, mention.start, True))
        self._edges.add((mention.field, mention.end, False))

    def ends(self, entity: int) -> frozenset[tuple[str, int]]:
        """Return where the entity's mentions end, by field."""
        return frozenset((mention.field, mention.end) for mention in self.mentions[entity])

    def touches(self, field: str, start: int, end: int) -> bool:
        """Whether a mention in this field begins or ends where the stretch does."""
        return (field, start, True) in self._edges or (field, end, False) in self._edges

    def arrange(self, fields: Sequence[str]) -> None:
        """Put entities and their mentions in the order of the text."""
        places = {field: place for place, field in enumerate(fields)}
        for mentions in self.mentions.values():
            mentions.sort(key=lambda one: (places[one.field], one.start))
        firsts = {entity: (places[mentions[0].field], mentions[0].start) for entity, mentions in self.mentions.items()}
        self.confidences = dict(sorted(self.confidences.items(), key=lambda pair: firsts[pair[0]]))
