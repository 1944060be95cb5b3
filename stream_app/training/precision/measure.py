"""What a variant costs in time, and whether a row's answer follows its neighbours in the batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from statistics import median

import numpy as np

from stream_app.adapters.batching import BatchLimits, in_order, pack, unpack
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.training.evaluation import Infer

_LIMITS = BatchLimits(rows=32, tokens=1024)
_ALONE, _TOGETHER = BatchLimits(rows=1, tokens=1), BatchLimits(rows=64, tokens=1 << 16)
_SCORES = [
    one.name
    for one in fields(RowResult)
    if one.name.endswith(("_probabilities", "_probability")) or one.name in {"mention_relevance", "mention_statements"}
]


def texts_per_second(
    infers: Mapping[str, Infer], rows: Sequence[ModelRow], *, rounds: int, report: Callable[[], None]
) -> dict[str, list[float]]:
    """Return texts a second of processor time in each round, in which all take their turn.

    The first turn of each, in which kernels are made ready, does not count; `report` hears of each turn.
    """
    inputs = [batch.inputs() for batch in pack(rows, _LIMITS)]
    found: dict[str, list[float]] = {name: [] for name in infers}
    for turn in range(rounds + 1):
        for name, infer in infers.items():
            started = time.process_time()
            for one in inputs:
                infer(one)
            if turn:
                found[name].append(len(rows) / (time.process_time() - started))
            report()
    return found


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the median over rounds of one rate by the other."""
    return median(mine / theirs for mine, theirs in zip(one, other, strict=True))


def largest_change(infer: Infer, rows: Sequence[ModelRow]) -> float:
    """Return by how much a probability of a row moves at most with the rows that it shares a batch with."""
    alone = _answers(infer, rows, _ALONE)
    together = _answers(infer, rows, _TOGETHER)
    turned = _answers(infer, rows[::-1], _LIMITS)[::-1]
    return max(_apart(*pair) for other in (together, turned) for pair in zip(alone, other, strict=True))


def _answers(infer: Infer, rows: Sequence[ModelRow], limits: BatchLimits) -> list[RowResult]:
    batches = pack(rows, limits)
    return in_order(batches, [unpack(batch, infer(batch.inputs())) for batch in batches])


def _apart(one: RowResult, other: RowResult) -> float:
    pairs = [(getattr(one, name), getattr(other, name)) for name in _SCORES]
    return max(float(np.abs(mine - theirs).max(initial=0.0)) for mine, theirs in pairs)
