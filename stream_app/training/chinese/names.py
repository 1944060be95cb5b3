"""Names that the Chinese sets mark somewhere, found again in other texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_SHORTEST, _LONGEST = 2, 12


@dataclass(frozen=True, slots=True)
class Names:
    """A set of names; the longest that begins at a place is the one that stands there."""

    names: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Return the names that are long enough to mean something, and short enough to be found again."""
        return cls(frozenset(name for name in names if _SHORTEST <= len(name) <= _LONGEST))

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return characters [start, end) of the names in the text, without overlap."""
        found, at = [], 0
        while at < len(text):
            ends = range(min(at + _LONGEST, len(text)), at + _SHORTEST - 1, -1)
            end = next((end for end in ends if text[at:end] in self.names), None)
            if end is not None:
                found.append((at, end))
            at = end or at + 1
        return found
