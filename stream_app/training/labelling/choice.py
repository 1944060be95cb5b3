"""Which unlabelled texts a person should see first: unsure ones, unlike each other. Pure; `rng` is the only chance."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST = 1e-12


class Method(StrEnum):
    """How texts are chosen."""

    BADGE = "badge"
    """Unsure and unlike: k-means++ over gradient embeddings (Ash et al., ICLR 2020)."""
    ENTROPY = "entropy"
    """The least sure ones."""
    MARGIN = "margin"
    """Where the two likeliest labels are closest (Scheffer et al., 2001)."""
    CORE_SET = "core-set"
    """Farthest first: no text far from all chosen ones (Sener and Savarese, ICLR 2018)."""
    RANDOM = "random"
    """Any: what the others must beat."""


def entropy(probabilities: Floats) -> Floats:
    """Return the entropy of each row `[n, classes]`, in nats."""
    return np.asarray(-(probabilities * np.log(np.maximum(probabilities, _LEAST))).sum(axis=-1), dtype=np.float64)


def margin(probabilities: Floats) -> Floats:
    """Return how far the likeliest class is before the next, for each row `[n, classes]`."""
    ordered = np.sort(probabilities, axis=-1)
    return np.asarray(ordered[..., -1] - ordered[..., -2], dtype=np.float64)


def choose(
    method: Method, probabilities: Floats, embeddings: Floats, *, count: int, rng: np.random.Generator
) -> list[int]:
    """Return `count` rows, or all there are, best first; `embeddings` `[n, hidden]` are of unit length."""
    count = min(count, len(probabilities))
    match method:
        case Method.RANDOM:
            chosen: list[int] = rng.permutation(len(probabilities))[:count].tolist()
        case Method.ENTROPY:
            chosen = np.argsort(-entropy(probabilities), kind="stable")[:count].tolist()
        case Method.MARGIN:
            chosen = np.argsort(margin(probabilities), kind="stable")[:count].tolist()
        case Method.CORE_SET:
            chosen = _farthest_first(embeddings, count, first=int(entropy(probabilities).argmax()) if count else 0)
        case Method.BADGE:
            chosen = _k_means_plus_plus(_gradients(probabilities), embeddings, count=count, rng=rng)
    return chosen


def _gradients(probabilities: Floats) -> Floats:
    """Return the loss's gradient in the scores, were the likeliest label true: small where the model is sure."""
    gradients = probabilities.copy()
    gradients[np.arange(len(gradients)), probabilities.argmax(axis=-1)] -= 1.0
    return gradients


def _farthest_first(embeddings: Floats, count: int, *, first: int) -> list[int]:
    chosen: list[int] = []
    nearest = np.full(len(embeddings), np.inf)
    while len(chosen) < count:
        chosen.append(int(nearest.argmax()) if chosen else first)
        nearest = np.minimum(nearest, ((embeddings - embeddings[chosen[-1]]) ** 2).sum(axis=-1))
        nearest[chosen] = -1.0
    return chosen


def _k_means_plus_plus(gradients: Floats, embeddings: Floats, *, count: int, rng: np.random.Generator) -> list[int]:
    """Draw rows, each with a chance of its squared distance to the drawn ones.

    The gradient in the last layer's weights is the outer product of the two; so its inner products are products of
    inner products, and it is never written down. The first row is the one with the largest gradient.
    """
    sizes = (gradients**2).sum(axis=-1) * (embeddings**2).sum(axis=-1)
    chosen: list[int] = []
    nearest = np.full(len(sizes), np.inf)
    while len(chosen) < count:
        if not chosen:
            place = int(sizes.argmax())
        elif (whole := nearest.sum()) > _LEAST:
            place = int(rng.choice(len(nearest), p=nearest / whole))
        else:  # all that is left is like what is chosen
            place = int(rng.choice(np.setdiff1d(np.arange(len(nearest)), chosen)))
        chosen.append(place)
        products = (gradients @ gradients[place]) * (embeddings @ embeddings[place])
        nearest = np.minimum(nearest, np.maximum(sizes + sizes[place] - 2 * products, 0.0))
        nearest[chosen] = 0.0
    return chosen
