"""The check as a whole: held-out texts in, figures of both heads out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from stream_app.training.corpus import Corpus
from stream_app.training.explanation.attributions import METHODS, SIGNED, attributions, toward_positive
from stream_app.training.explanation.deletion import deletion, has_direction, predicted
from stream_app.training.explanation.figures import Agreement, HeadFigures, agreement, losses, spearman
from stream_app.training.explanation.targets import HEADS, Head, Target, scores_of, targets
from stream_app.training.network import FusionNetwork

Floats = NDArray[np.float64]
Told = Mapping[str, Floats]
_HELD_AGAINST = "gradients"
_PADDING = 0


def check(
    network: FusionNetwork, corpus: Corpus, *, most: int, seed: int, report: Callable[[str], None]
) -> tuple[HeadFigures, ...]:
    """Return the figures of both heads over up to `most` texts each; `report` hears of every text."""
    return tuple(_head(network, corpus, head, most=most, seed=seed, report=report) for head in HEADS)


def _head(
    network: FusionNetwork, corpus: Corpus, head: Head, *, most: int, seed: int, report: Callable[[str], None]
) -> HeadFigures:
    rng = np.random.default_rng([seed, HEADS.index(head)])
    told: list[tuple[Target, Told]] = []
    deleted, parts = [], []
    for target in targets(corpus, head, most=most, seed=seed):
        values = attributions(network, target, rng)
        told.append((target, values))
        parts.append(_parts(network, target, values))
        label = predicted(network, target)
        if has_direction(label):
            deleted.append(deletion(network, target, values, label=label))
        report(head)
    additive, base, change, off = np.abs(np.array(parts).reshape(-1, 4)).mean(0) if parts else np.full(4, np.nan)
    return HeadFigures(
        head=head,
        texts=len(told),
        directed=len(deleted),
        additive_share=float(additive / (additive + base)),
        gap=float(off / change),
        agreements=tuple(_agreement(method, told, rng) for method in METHODS if method != _HELD_AGAINST),
        losses=losses(deleted, rng),
    )


def _agreement(method: str, told: Sequence[tuple[Target, Told]], rng: np.random.Generator) -> Agreement:
    pairs = [(values[method][target.free], values[_HELD_AGAINST][target.free]) for target, values in told]
    signed = [spearman(ones, others) for ones, others in pairs] if method in SIGNED else []
    return agreement(method, signed, [spearman(abs(ones), abs(others)) for ones, others in pairs], rng=rng)


def _parts(network: FusionNetwork, target: Target, told: Told) -> tuple[float, float, float, float]:
    """Return the score's additive part, its base, its change from a text of padding, and what gradients miss of it."""
    ids, *others = target.inputs
    blank = ids.clone()
    blank[:, 1:-1] = _PADDING
    with torch.no_grad():
        score, start = (float(toward_positive(scores_of(network, target, (one, *others)))[0]) for one in (ids, blank))
    additive, change = float(told["evidence"].sum()), score - start
    return additive, score - additive, change, float(told[_HELD_AGAINST].sum()) - change
