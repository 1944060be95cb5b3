"""Words that names share in a list: `Japanese and Korean carmakers`, `cars from Japan and South Korea`.

Only one of such names stands there whole. The others are found by putting the shared words to them, and take the place
of what their own words would mean: not South Korea is meant, but its carmakers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from stream_app.events.entity import EntityKind
from stream_app.knowledge.linking.lexicon import Lexicon
from stream_app.knowledge.linking.spans import Span, longest

_NAME = r"(?:(?:[A-Z]\.)+|[A-Z][\w-]*)(?: [A-Z][\w-]*)?"
_WORD = rf"(?:{_NAME}|[a-z][\w-]*)"
_JOINT = r"(?:,? and | or | & )"
_LIST_BEFORE = re.compile(rf"((?:\b{_WORD}, )*\b{_WORD}){_JOINT}$")
_LIST_AFTER = re.compile(rf"((?:, {_NAME})*){_JOINT}({_NAME})")
_ONE = re.compile(_WORD)
Place = tuple[int, int]
_FARTHEST = 60
_MOST_WORDS = 2
_KINDS = frozenset({EntityKind.INDUSTRY, EntityKind.MACRO_INDICATOR, EntityKind.COMMODITY, EntityKind.INDEX})
"""What is named after something else; companies in a list have names of their own."""


@dataclass(frozen=True, slots=True)
class SharedWords:
    """Finds names that share words; `kind_of` tells the kind of an entity by its number."""

    lexicon: Lexicon
    kind_of: Callable[[int], EntityKind]

    def with_shared(self, text: str, spans: Sequence[Span]) -> list[Span]:
        """Return the spans, in order, with those of names that share words with one of them."""
        found = longest([one for span in spans for one in self._sharing(text, span)])
        if not found:
            return list(spans)
        others = (one for one in spans if all(one.end <= new.start or new.end <= one.start for new in found))
        return sorted([*others, *found])

    def _sharing(self, text: str, span: Span) -> Iterator[Span]:
        kinds = {self.kind_of(entity) for entity, _ in span.candidates} & _KINDS
        words = text[span.start : span.end].split(" ")
        if not kinds or len(words) == 1:
            return
        named: set[Place] = set()
        for place, name in (*_before(text, span, words), *_after(text, span, words)):
            meant = tuple(pair for pair in self.lexicon.meanings(name) if self.kind_of(pair[0]) in kinds)
            if meant and place not in named:
                named.add(place)
                yield Span(*place, meant)


def _before(text: str, span: Span, words: Sequence[str]) -> Iterator[tuple[Place, str]]:
    """Yield what stands in a list before the span, with the span's last words."""
    found = _LIST_BEFORE.search(text, max(0, span.start - _FARTHEST), span.start)
    for place in _places(found, 1):
        for own in range(1, min(_MOST_WORDS + 1, len(words))):
            yield place, " ".join([text[slice(*place)], *words[own:]])


def _after(text: str, span: Span, words: Sequence[str]) -> Iterator[tuple[Place, str]]:
    """Yield what stands in a list after the span, with the span's first words."""
    found = _LIST_AFTER.match(text, span.end)
    for place in (*_places(found, 1), *_places(found, 2)):
        for own in range(1, min(_MOST_WORDS + 1, len(words))):
            yield place, " ".join([*words[:-own], text[slice(*place)]])


def _places(found: re.Match[str] | None, group: int) -> list[Place]:
    if found is None:
        return []
    return [one.span() for one in _ONE.finditer(found.string, *found.span(group))]
