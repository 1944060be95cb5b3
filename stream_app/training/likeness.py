"""Sentence vectors that stay close when a text is spoilt: noise, and the contrastive loss over it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


def contrastive_loss(left: Tensor, right: Tensor, temperature: float) -> Tensor:
    """Return InfoNCE (van den Oord et al. 2018) of two views `[texts, hidden]`, as SimCSE (Gao et al. 2021) takes it.

    The mean over i of -log(exp(cos(l_i, r_i) / t) / sum over j of exp(cos(l_i, r_j) / t)): each text's own other view
    against those of all other texts of the batch.
    """
    cosines = functional.normalize(left, dim=-1) @ functional.normalize(right, dim=-1).T
    return functional.cross_entropy(cosines / temperature, torch.arange(len(left)))


def spoilt(text: str, *, drop: float, typos: float, rng: np.random.Generator) -> str:
    """Return the text with words left out, each with chance `drop`, and typos in others, each with chance `typos`.

    A typo swaps two neighbouring letters inside of a word. One word at least is left.
    """
    words = text.split()
    kept = [word for word in words if rng.random() >= drop] or words[:1]
    return " ".join(_typo(word, rng) if len(word) > 3 and rng.random() < typos else word for word in kept)  # noqa: PLR2004


def _typo(word: str, rng: np.random.Generator) -> str:
    place = int(rng.integers(1, len(word) - 2))
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
