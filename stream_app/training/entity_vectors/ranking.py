"""How well held-out statements are told: at which rank the right entity comes among all, those known as right left out.

Filtered ranking (Bordes et al. 2013), both ways of each statement. Equal scores share the mean of their ranks, so that
a model that says the same of all gains nothing by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stream_app.training.entity_vectors.complex_model import questions
from stream_app.training.entity_vectors.statements import Integers, Statements

Floats = NDArray[np.float32]
Score = Callable[[Integers], Floats]
"""Of questions [rows, 3] the scores of all entities as answers, [rows, entities]."""
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Ranking:
    """Figures over all questions: `mrr` is the mean of 1 / rank, `hits_1` and `hits_10` shares of ranks up to these."""

    mrr: float
    hits_1: float
    hits_10: float
    questions: int


def ranked(statements: Statements, score: Score) -> Ranking:
    """Return how the held-out statements are ranked by these scores."""
    asked = questions(statements.held_out, len(statements.relations))
    known = _answers(questions(statements.all, len(statements.relations)))
    ranks: list[float] = []
    for at in range(0, len(asked), _AT_ONCE):
        part = asked[at : at + _AT_ONCE]
        for row, scores in zip(part.tolist(), score(part), strict=True):
            ranks.append(_rank(scores, row[2], known[row[0], row[1]]))
    return _figures(np.array(ranks))


def by_popularity(statements: Statements) -> Score:
    """Return scores that count how often an entity is the answer to a relation's question in what is learned."""
    asked = questions(statements.learned, len(statements.relations))
    counts = np.zeros((2 * len(statements.relations), len(statements.entities)), np.float32)
    np.add.at(counts, (asked[:, 1], asked[:, 2]), 1)
    return lambda rows: counts[rows[:, 1]]


def by_chance(statements: Statements) -> Ranking:
    """Return what ranks drawn at random would give on average: of n candidates 1 / rank is H_n / n."""
    asked = questions(statements.held_out, len(statements.relations))
    known = _answers(questions(statements.all, len(statements.relations)))
    counts = [len(statements.entities) - len(known[row[0], row[1]]) + 1 for row in asked.tolist()]
    harmonic = np.cumsum(1 / np.arange(1, len(statements.entities) + 1))
    return Ranking(
        float(np.mean([harmonic[count - 1] / count for count in counts])),
        float(np.mean([1 / count for count in counts])),
        float(np.mean([min(1.0, 10 / count) for count in counts])),
        len(asked),
    )


def _answers(asked: Integers) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for known, relation, answer in asked.tolist():
        found[known, relation].append(answer)
    return found


def _rank(scores: Floats, right: int, known: list[int]) -> float:
    """Return the right answer's rank among all that are not known to be right as well."""
    own = scores[right]
    better, equal = int((scores > own).sum()), int((scores == own).sum())
    others = scores[[one for one in known if one != right]]
    better -= int((others > own).sum())
    equal -= int((others == own).sum())
    return better + (equal + 1) / 2


def _figures(ranks: NDArray[np.float64]) -> Ranking:
    if not len(ranks):
        return Ranking(float("nan"), float("nan"), float("nan"), 0)
    first, tenth = (float((ranks <= limit).mean()) for limit in (1, 10))
    return Ranking(float((1 / ranks).mean()), first, tenth, len(ranks))
