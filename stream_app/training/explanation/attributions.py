"""What each token did to a score, positive less negative, told in four ways: only the first two know its sign.

Integrated gradients (Sundararajan et al. 2017) run from the embedding of padding to the token's own, in the middles of
equal steps. They explain the whole score; `evidence` explains its additive part exactly and its base not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stream_app.pipeline.tensors import LABELS
from stream_app.training.explanation.targets import Target, scores_of
from stream_app.training.network import FusionNetwork, evidence

METHODS = ("evidence", "gradients", "attention", "random")
SIGNED = ("evidence", "gradients")
STEPS = 32

Floats = NDArray[np.float64]


def attributions(network: FusionNetwork, target: Target, rng: np.random.Generator) -> dict[str, Floats]:
    """Return each method's `[tokens]`."""
    with torch.no_grad():
        read = network(*target.inputs)
    parts = read.document_parts[0] if target.head == "document" else read.mention_parts[0, 0]
    return {
        "evidence": _numbers(evidence(parts)),
        "gradients": gradients(network, target),
        "attention": attention(network, target),
        "random": rng.random(len(target.free)),
    }


def integrated_gradients(score: Callable[[Tensor], Tensor], start: Tensor, end: Tensor, *, steps: int) -> Tensor:
    """Return each place's share `[places]` of the score's change on the straight way from start to end.

    `score` takes points `[steps, places, hidden]` to numbers `[steps]`, none depending on another's point.
    """
    shares = (torch.arange(steps, device=start.device) + 0.5) / steps
    points = (start + shares[:, None, None] * (end - start)).detach().requires_grad_()
    (slopes,) = torch.autograd.grad(score(points).sum(), points)
    return (slopes.mean(0) * (end - start)).sum(-1).detach()


def gradients(network: FusionNetwork, target: Target, *, steps: int = STEPS) -> Floats:
    """Return the integrated gradients of the target's whole score; special tokens stay as they are on the way."""
    embeddings = _embeddings(network)
    end = embeddings(target.inputs[0])[0].detach()
    start = end.clone()
    content = slice(1, -1)
    start[content] = embeddings(torch.zeros_like(target.inputs[0][:, :1]))[0].detach()  # 0 is padding

    def score(points: Tensor) -> Tensor:
        with _embedded(embeddings, points):
            return toward_positive(scores_of(network, target, repeated(target.inputs, len(points))))

    return _numbers(integrated_gradients(score, start, end, steps=steps))


def attention(network: FusionNetwork, target: Target) -> Floats:
    """Return the weights with which the head's pooling attends to the tokens."""
    pool = network.document_pool if target.head == "document" else network.mention_pool
    kept: list[Tensor] = []
    hook = pool.register_forward_hook(lambda *call: kept.append(call[-1]))
    try:
        with torch.no_grad():
            network(*target.inputs)
    finally:
        hook.remove()
    return _numbers(kept[0][0, 0])


def toward_positive(scores: Tensor) -> Tensor:
    """Return positive less negative, of `[…, labels]`."""
    return scores[..., LABELS.index("positive")] - scores[..., LABELS.index("negative")]


def repeated(inputs: tuple[Tensor, ...], rows: int) -> tuple[Tensor, ...]:
    """Return the one row of inputs as many times."""
    return tuple(one.expand(rows, *one.shape[1:]) for one in inputs)


def _embeddings(network: FusionNetwork) -> nn.Module:
    found: nn.Module = network.encoder.get_input_embeddings()  # type: ignore[operator]
    return found


@contextmanager
def _embedded(embeddings: nn.Module, vectors: Tensor) -> Iterator[None]:
    """Let the encoder read these vectors in place of its words."""
    hook = embeddings.register_forward_hook(lambda *_: vectors)
    try:
        yield
    finally:
        hook.remove()


def _numbers(values: Tensor) -> Floats:
    return values.detach().to(torch.float64).numpy()
