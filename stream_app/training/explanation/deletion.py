"""The deletion test: what a prediction loses when the tokens that are named for it go, and when they alone stay.

Comprehensiveness and sufficiency as in ERASER (DeYoung et al. 2020): p(label | text) less p(label | the rest), and less
p(label | the named tokens alone). A good explanation has a high first and a low second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from stream_app.pipeline.tensors import LABELS
from stream_app.training.explanation.attributions import SIGNED, repeated
from stream_app.training.explanation.targets import Target, scores_of

SHARES = (0.1, 0.2, 0.3, 0.5)
"""Of the free tokens, at least one; the means over them are the figures that are given."""

Floats = NDArray[np.float64]
_NEUTRAL = LABELS.index("neutral")
_DIRECTION = {LABELS.index("positive"): 1.0, LABELS.index("negative"): -1.0}


def predicted(network: torch.nn.Module, target: Target) -> int:
    """Return the label that the network gives."""
    with torch.no_grad():
        return int(scores_of(network, target, target.inputs)[0].argmax())


def has_direction(label: int) -> bool:
    """Whether tokens can speak for the label: not for neutral, towards which no sign points."""
    return label != _NEUTRAL


def deletion(
    network: torch.nn.Module, target: Target, told: Mapping[str, Floats], *, label: int
) -> dict[str, tuple[Floats, Floats]]:
    """Return for each method what the label's probability loses `[shares]` without, and with only, what it names."""
    named = {method: _named(target, _for_label(method, values, label)) for method, values in told.items()}
    rest = [~one for rows in named.values() for one in rows]
    alone = [one | ~target.free for rows in named.values() for one in rows]
    chances = _chances(network, target, [np.ones_like(target.free), *rest, *alone], label=label)
    losses = (chances[0] - chances[1:]).reshape(2, len(named), len(SHARES))
    return {method: (losses[0, place], losses[1, place]) for place, method in enumerate(named)}


def _for_label(method: str, values: Floats, label: int) -> Floats:
    return values * _DIRECTION[label] if method in SIGNED else values


def _named(target: Target, values: Floats) -> list[NDArray[np.bool_]]:
    """Return which tokens are named at each share: the strongest of the free ones."""
    free = np.flatnonzero(target.free)
    order = free[np.argsort(-values[free], kind="stable")]
    rows = []
    for share in SHARES:
        row = np.zeros_like(target.free)
        row[order[: max(1, round(share * len(order)))]] = True
        rows.append(row)
    return rows


def _chances(network: torch.nn.Module, target: Target, seen: Sequence[NDArray[np.bool_]], *, label: int) -> Floats:
    """Return the label's probability where only these tokens are seen; the others keep their places, unread."""
    ids, mask, *others = repeated(target.inputs, len(seen))
    shown = torch.from_numpy(np.stack(seen)).to(mask.dtype)
    with torch.no_grad():
        scores = scores_of(network, target, (ids, mask * shown, *others))
    return torch.softmax(scores, dim=-1)[:, label].to(torch.float64).numpy()
