"""Does choosing beat chance? Labels of a training set are hidden, a head learns from those that are asked for.

The head is a logistic regression on vectors that stay as they are, learnt anew each round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from stream_app.training.judged import f1
from stream_app.training.labelling.choice import Floats, Method, choose

_DECAY = 3e-4
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Pool:
    """Vectors `[n, hidden]` of unit length with labels that are hidden, and those that judge."""

    vectors: Floats
    labels: NDArray[np.int64]
    dev_vectors: Floats
    dev_labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Learnt:
    """How good a head is that knows so many labels."""

    method: Method
    seed: int
    labels: int
    accuracy: float
    macro_f1: float


def try_methods(pool: Pool, *, seeds: int, rounds: int, each: int, report: Callable[[], None]) -> Iterator[Learnt]:
    """Yield a figure for each method, seed and round; all begin with the same `each` random labels of a seed."""
    for seed in range(seeds):
        for method in Method:
            rng = np.random.default_rng(seed)
            known = rng.permutation(len(pool.labels))[:each].tolist()
            for at in range(rounds):
                head = _learn(pool.vectors[known], pool.labels[known], int(pool.labels.max()) + 1)
                said = _said(head, pool.dev_vectors).argmax(axis=-1)
                macro, _ = f1(said, pool.dev_labels)
                yield Learnt(method, seed, len(known), float((said == pool.dev_labels).mean()), macro)
                report()
                if at + 1 < rounds:
                    rest = np.setdiff1d(np.arange(len(pool.labels)), known)
                    asked = choose(method, _said(head, pool.vectors[rest]), pool.vectors[rest], count=each, rng=rng)
                    known += rest[asked].tolist()


Head = tuple[torch.Tensor, torch.Tensor]


def _learn(vectors: Floats, labels: NDArray[np.int64], classes: int) -> Head:
    inputs, targets = torch.from_numpy(vectors), torch.from_numpy(labels)
    weights = torch.zeros(vectors.shape[1], classes, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        found = functional.cross_entropy(inputs @ weights + bias, targets) + _DECAY * (weights**2).sum()
        found.backward()  # type: ignore[no-untyped-call]
        return found

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach(), bias.detach()


def _said(head: Head, vectors: Floats) -> Floats:
    weights, bias = head
    return np.asarray(torch.softmax(torch.from_numpy(vectors) @ weights + bias, dim=-1).numpy(), dtype=np.float64)
