"""The graph as numbered statements (source, relation, target), and which of them are held out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.errors import DataError
from stream_app.knowledge.derived import DERIVED
from stream_app.knowledge.graph import KnowledgeGraph

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Statements:
    """Numbered statements, [rows, 3] each: source, relation, target; no pair of entities is on both sides.

    So what is learned never holds the same fact in other words (`A supplies B`, `B customer_of A`). `relations` are
    names; every entity of `held_out` occurs in `learned`.
    """

    entities: tuple[str, ...]
    relations: tuple[str, ...]
    learned: Integers
    held_out: Integers

    @property
    def all(self) -> Integers:
        """Return all statements."""
        return np.concatenate((self.learned, self.held_out))


def statements_of(graph: KnowledgeGraph, *, share: float, seed: int) -> Statements:
    """Return the statements of the relations and of the dependences that no relation implies.

    About `share` of the pairs of entities is held out. DataError of a graph that says nothing.
    """
    entities = tuple(one.id for one in graph.entities)
    told = {(one.source, one.kind.value, one.target) for one in graph.relations}
    told |= {
        (one.source, one.kind.value, one.target) for one in graph.dependences if not one.origin.startswith(DERIVED)
    }
    if not told:
        raise DataError(f"{graph.version} has no statement to learn from: give a graph with relations")
    relations = tuple(sorted({kind for _, kind, _ in told}))
    place, number = ({name: at for at, name in enumerate(names)} for names in (entities, relations))
    rows = np.array([(place[source], number[kind], place[target]) for source, kind, target in sorted(told)], np.int64)
    held = _held_out(rows, share=share, seed=seed)
    return Statements(entities, relations, rows[~held], rows[held])


def _held_out(rows: Integers, *, share: float, seed: int) -> NDArray[np.bool_]:
    """Return which rows are held out: pairs in random order, as long as both sides stay in what is learned."""
    pairs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, (source, _, target) in enumerate(rows.tolist()):
        pairs[min(source, target), max(source, target)].append(row)
    left = np.bincount(rows[:, [0, 2]].ravel())
    held = np.zeros(len(rows), np.bool_)
    keys = sorted(pairs)
    wanted = round(share * len(keys))
    for at in np.random.default_rng(seed).permutation(len(keys)).tolist():
        pair = list(keys[at])
        if wanted and (left[pair] > len(pairs[keys[at]])).all():
            held[pairs[keys[at]]] = True
            left[pair] -= len(pairs[keys[at]])
            wanted -= 1
    return held
