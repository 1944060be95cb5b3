"""What rules read of a name and what a model makes of it, as one statement.

Both are witnesses: P(k) ∝ p_k e^{b [rules say k]}, with a smaller b where rules find nothing. How far rules are
believed was fitted to texts that neither had seen (docs/statements.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from stream_app.pipeline.statements.lexicon import grades
from stream_app.pipeline.statements.statement import EntityStatement, Modality
from stream_app.pipeline.tensors import STATEMENTS

_NOTHING = STATEMENTS[0]
_RULES, _SILENCE = 2.0, 0.45
_SURE, _IDLE = 6.0, 4.0
"""Of words that have one meaning together, and of those that only sound like a move: a model takes them for the sum of
theirs."""
_GRADES: dict[Modality, str] = {
    "stated": "stated",
    "hypothetical": "possible",
    "denied": "denied",
    "ended": "ended",
}
_LEAST = 1e-9
_LEAST_MOVE = 0.2
"""Where the two ways are nearer to each other than this, the model has nothing to add."""


def joined(said: EntityStatement, told: Sequence[float]) -> EntityStatement:
    """Return what is stated of an entity; `told` are a model's probabilities of `STATEMENTS`."""
    chances = _chances(said, told)
    down, up = (_by_manner(chances, way) for way in ("down", "up"))
    falls, rises = sum(down.values()), sum(up.values())
    if chances[_NOTHING] >= max(falls, rises):
        return replace(said, move=0.0, words=None, side=None) if said.move else said
    move = rises - falls
    if abs(move) < _LEAST_MOVE:
        return said
    manners = up if rises > falls else down
    manner = max(manners, key=manners.__getitem__)
    if move * said.move <= 0:
        said = replace(said, move=move, words=None, side=None)
    if manner == said.modality or (manner == "stated" and said.modality == "hypothetical"):
        return said  # a model may doubt what words state, and not state what they doubt
    grade = grades()[_GRADES[manner]]
    tense = "future" if manner == "hypothetical" else said.tense
    return replace(said, modality=grade.modality, certainty=grade.certainty, tense=tense)


def _class_of(said: EntityStatement) -> str:
    return f"{said.modality}_{'up' if said.move > 0 else 'down'}" if said.move else _NOTHING


def _chances(said: EntityStatement, told: Sequence[float]) -> dict[str, float]:
    """Return the probabilities of `STATEMENTS` by both; `said` is what rules say."""
    read = _class_of(said)
    weight = math.exp(_weight(said))
    odds = {
        name: max(one, _LEAST) * (weight if name == read else 1.0) for name, one in zip(STATEMENTS, told, strict=True)
    }
    whole = sum(odds.values())
    return {name: one / whole for name, one in odds.items()}


def _weight(said: EntityStatement) -> float:
    if said.move:
        return _SURE if said.sure else _RULES
    return _IDLE if said.sure or said.words else _SILENCE


def _by_manner(chances: dict[str, float], way: str) -> dict[Modality, float]:
    return {manner: chances[f"{manner}_{way}"] for manner in _GRADES}
