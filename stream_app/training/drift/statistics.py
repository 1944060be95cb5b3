"""What texts look like to the served model: shares of labels, lengths, words, confidence, place of their vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from stream_app.pipeline.scores import EntityScores
from stream_app.pipeline.tensors import LABELS
from stream_app.pipeline.words import words
from stream_app.training.labelling.answers import Answer

FILE = "statistics.json"
"""Beside the version's weights."""

COMMON_WORDS = 2000
_DECILES = np.linspace(0.1, 0.9, 9)
_TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_UNCOMMON = "share of uncommon words"
_VECTOR_DECIMALS = 4

Floats = NDArray[np.float64]


class Statistics(BaseModel):
    """Of texts of one kind: a histogram for each thing, with the bins of numbers cut at `edges`.

    `common` are the commonest words; `mean` is that of the vectors, `spread` their mean squared distance from it.
    """

    model_config = ConfigDict(frozen=True)

    texts: int
    counts: dict[str, dict[str, int]]
    edges: dict[str, tuple[float, ...]]
    common: tuple[str, ...]
    mean: tuple[float, ...]
    spread: float


class VersionStatistics(BaseModel):
    """Of the training texts of a version, by the kind of their source: `news` or `social`."""

    model_config = ConfigDict(frozen=True)

    version: str
    kinds: dict[str, Statistics]


def describe(answers: Sequence[Answer | None], topics: Sequence[str], like: Statistics | None = None) -> Statistics:
    """Return the statistics of texts, None being one that is not read; the bins are those of `like`, else deciles."""
    read = [one for one in answers if one is not None]
    common = like.common if like else _common(read)
    vectors = np.array([one.embedding for one in read])
    mean = np.array(like.mean) if like else vectors.mean(axis=0)
    numbers = _numbers(read, frozenset(common), np.linalg.norm(vectors - mean, axis=1))
    edges = like.edges if like else {name: _cuts(values) for name, values in numbers.items()} | {_UNCOMMON: _TENTHS}
    found = vectors.mean(axis=0)
    return Statistics(
        texts=len(answers),
        counts=_classes(answers, topics) | {name: _histogram(numbers[name], cuts) for name, cuts in edges.items()},
        edges=edges,
        common=common,
        mean=tuple(np.round(found, _VECTOR_DECIMALS).tolist()),
        spread=float(((vectors - found) ** 2).sum(axis=1).mean()),
    )


def moved(before: Statistics, after: Statistics) -> float:
    """Return how far the mean vector went: its squared distance, in parts of the spread there was."""
    return float(((np.array(before.mean) - np.array(after.mean)) ** 2).sum() / before.spread)


def _classes(answers: Sequence[Answer | None], topics: Sequence[str]) -> dict[str, dict[str, int]]:
    read = [one for one in answers if one is not None]
    mentions = [scores for one in read for scores in one.scores.entities if isinstance(scores, EntityScores)]
    return {
        "language is read": _count((str(one is not None).lower() for one in answers), ("false", "true")),
        "label of the text": _count((_likeliest(one.scores.probabilities) for one in read), LABELS),
        "label of names": _count((_likeliest(one.probabilities) for one in mentions), LABELS),
        "topic": _count((one.scores.topic for one in read), topics),
        "names a known entity": _count(
            (str(any(entity.entity for entity in one.linked.entities)).lower() for one in read), ("false", "true")
        ),
        "has an unknown token": _count((str(one.unknown > 0).lower() for one in read), ("false", "true")),
    }


def _numbers(answers: Sequence[Answer], common: frozenset[str], distances: Floats) -> Mapping[str, Floats]:
    return {
        "confidence": np.array([max(one.scores.probabilities) for one in answers]),
        "tokens": np.array([one.tokens for one in answers], dtype=np.float64),
        _UNCOMMON: np.array([_uncommon(one.text, common) for one in answers]),
        "distance from the mean vector": distances,
    }


def _common(answers: Iterable[Answer]) -> tuple[str, ...]:
    counted = Counter(word for one in answers for word in words(one.text))
    return tuple(sorted(sorted(counted, key=lambda word: (-counted[word], word))[:COMMON_WORDS]))


def _uncommon(text: str, common: frozenset[str]) -> float:
    found = words(text)
    return sum(word not in common for word in found) / max(len(found), 1)


def _likeliest(probabilities: Sequence[float]) -> str:
    return LABELS[int(np.argmax(probabilities))]


def _count(values: Iterable[str], names: Sequence[str]) -> dict[str, int]:
    counted = Counter(values)
    return {name: counted[name] for name in names}


def _cuts(values: Floats) -> tuple[float, ...]:
    return tuple(np.unique(np.round(np.quantile(values, _DECILES), _VECTOR_DECIMALS)).tolist())


def _histogram(values: Floats, cuts: Sequence[float]) -> dict[str, int]:
    counts = np.bincount(np.searchsorted(np.array(cuts), values, side="right"), minlength=len(cuts) + 1).tolist()
    names = [f"< {cuts[0]:g}", *(f"{low:g} to {high:g}" for low, high in pairwise(cuts))]
    return dict(zip([*names, f">= {cuts[-1]:g}"], counts, strict=True))
