"""A pack's graph: a small table of terms, found in a text by their names, as features of the tokens that they cover."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream_app.errors import DataError

_WORD = re.compile(r"\w+")
_KNOWN, _FIRST, _KINDS_AT = 0, 1, 2

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A row of the table; `beside` are the kinds of the terms that a relation joins it to, either way."""

    id: str
    kind: str
    beside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A term that a text names, at characters [start, end)."""

    start: int
    end: int
    term: Term


class TermGraph:
    """Finds terms in texts. Features of a token: in a term, its first token, the term's kind, its neighbours' kinds."""

    def __init__(self, terms: Mapping[Words, Term]) -> None:
        """`terms` are by the words of each name, in lower case."""
        self._terms = terms
        self._longest = max(map(len, terms), default=0)
        self.kinds = tuple(sorted({term.kind for term in terms.values()}))
        self.size = _KINDS_AT + 2 * len(self.kinds)

    def find(self, text: str) -> Iterator[Found]:
        """Yield the terms of a text from left to right, the longest name first; none overlap."""
        words = [(match.group().lower(), *match.span()) for match in _WORD.finditer(text)]
        place = 0
        while place < len(words):
            for count in range(min(self._longest, len(words) - place), 0, -1):
                term = self._terms.get(tuple(word for word, *_ in words[place : place + count]))
                if term is not None:
                    yield Found(words[place][1], words[place + count - 1][2], term)
                    place += count - 1
                    break
            place += 1

    def features(self, text: str, tokens: NDArray[np.int32], *, known: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return `[T, size]`; `tokens` `[T, 2]` are characters; a term whose place in `known` is false is left out."""
        features = np.zeros((len(tokens), self.size), dtype=np.float32)
        for found, is_known in zip(self.find(text), known, strict=False):
            inside = np.flatnonzero((tokens[:, 0] < found.end) & (found.start < tokens[:, 1]))
            if not len(inside) or not is_known:
                continue
            features[inside, _KNOWN] = 1.0
            features[inside[0], _FIRST] = 1.0
            features[inside, _KINDS_AT + self.kinds.index(found.term.kind)] = 1.0
            for kind in found.term.beside:
                features[inside, _KINDS_AT + len(self.kinds) + self.kinds.index(kind)] = 1.0
        return features


def read_graph(path: Path) -> TermGraph:
    """Return the graph of a CSV table with the columns id, name, kind, aliases and relations; DataError if damaged.

    Aliases and relations have `|` between them; a relation is a verb and the id of another row.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        kinds = {row["id"]: row["kind"] for row in rows}
        beside: dict[str, set[str]] = {one: set() for one in kinds}
        for row in rows:
            for relation in filter(None, row["relations"].split("|")):
                other = relation.split()[1]
                beside[row["id"]].add(kinds[other])
                beside[other].add(row["kind"])
        terms = {row["id"]: Term(row["id"], row["kind"], frozenset(beside[row["id"]])) for row in rows}
        return TermGraph(
            {
                tuple(_WORD.findall(name.lower())): terms[row["id"]]
                for row in rows
                for name in (row["name"], *filter(None, row["aliases"].split("|")))
            }
        )
    except (OSError, KeyError, IndexError, AttributeError) as error:
        raise DataError(
            f"{path} is no graph of terms ({error!r}); mend it, its README says how it is written"
        ) from error
