"""Texts on cause and effect as they teach: tokens, tags, whether a cause is stated, and how much each counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from stream_app.pipeline.text import normalise_for_model
from stream_app.pipeline.vocabulary import read_texts
from stream_app.training.causal_examples import FINCAUSAL_DETECT, NO_TAG, CausalExample, tags_of
from stream_app.training.causal_heads import CausalHeads
from stream_app.training.config import CausalConfig
from stream_app.training.head_fit import padded


@dataclass(frozen=True, slots=True)
class CausalText:
    """A text's tokens `ids` `[T]` and their `tags` `[T]`; `causal` is NaN where nobody says."""

    ids: NDArray[np.int64]
    tags: NDArray[np.int64]
    causal: float
    weight: float


def chosen(examples: Sequence[CausalExample], config: CausalConfig) -> list[tuple[CausalExample, float]]:
    """Return what is trained on, with weights: of the many texts without a cause a share, which counts for all."""
    rng = np.random.default_rng(config.seed)
    kept = []
    for example in examples:
        plain = example.file == FINCAUSAL_DETECT and not example.causal
        if not example.is_dev and (not plain or rng.random() < config.plain_share):
            finance = 1 / config.plain_share if plain else 1.0
            kept.append((example, finance if example.file == FINCAUSAL_DETECT else config.other_news))
    return kept


def texts_of(tokenizer: Tokenizer, examples: Sequence[tuple[CausalExample, float]]) -> list[CausalText]:
    """Return the examples, each with its weight, as texts."""
    read = read_texts(tokenizer, [normalise_for_model(example.text) for example, _ in examples])
    found = []
    for (example, weight), tokens in zip(examples, read, strict=True):
        tags = tags_of(example, tokens.spans) if example.relations else np.full(len(tokens), NO_TAG)
        causal = float("nan") if example.causal is None else float(example.causal)
        found.append(CausalText(tokens.ids.astype(np.int64), tags, causal, weight))
    return found


def causal_loss(heads: CausalHeads, vectors: Tensor, texts: Sequence[CausalText]) -> Tensor:
    """Return the two heads' loss: cross-entropy over tokens, and over texts, each text by its weight.

    `vectors` `[batch, T, hidden]` are those of the layer that the heads read.
    """
    mask, tags = padded([torch.ones(len(text.ids)) for text in texts]), [torch.from_numpy(one.tags) for one in texts]
    wanted = padded(tags, NO_TAG)
    odds, scores = heads(vectors.float(), mask)
    labels = torch.tensor([text.causal for text in texts])
    known = ~labels.isnan()
    weights = torch.tensor([text.weight for text in texts])[known]
    each = functional.binary_cross_entropy_with_logits(odds[known], labels[known], reduction="none")
    detection = (each * weights).sum() / weights.sum().clamp(min=1.0)
    tokens = functional.cross_entropy(scores.flatten(0, 1), wanted.flatten(), ignore_index=NO_TAG, reduction="sum")
    loss: Tensor = detection + tokens / (wanted != NO_TAG).sum().clamp(min=1)
    return loss
