"""What a run of the Chinese network learns: sentiment of texts and names, kinds of news, risk events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from stream_app.pipeline.tensors import LABELS
from stream_app.training.batches import epoch_plan
from stream_app.training.chinese.network import kinds_and_risks
from stream_app.training.chinese.rows import ChineseBatch, batch_of
from stream_app.training.chinese.texts import POSTS, ChineseText
from stream_app.training.config import TrainConfig
from stream_app.training.encoder import half_precision
from stream_app.training.losses import binary_loss, class_loss, weighted_class_loss
from stream_app.training.network import FusionNetwork, Scores
from stream_app.training.written import SET_NAME as WRITTEN

_NEGATIVE = LABELS.index("negative")


class ChineseTask:
    """A network with the texts that it learns from.

    Posts and what was written for the project are read in every epoch, of the other news `topic_share`.
    """

    def __init__(
        self, network: FusionNetwork, texts: Sequence[ChineseText], tokenizer: Tokenizer, *, config: TrainConfig
    ) -> None:
        self.network = network
        self._texts, self._tokenizer, self._config = texts, tokenizer, config

    def plan(self) -> list[tuple[int, list[int]]]:
        """Return the batches as (epoch, rows)."""
        lengths = np.array([len(one.text) for one in self._texts])
        news = np.array([one.set_name not in {POSTS, WRITTEN} for one in self._texts])
        return [
            (epoch, rows)
            for epoch in range(self._config.epochs)
            for rows in epoch_plan(lengths, news, config=self._config, epoch=epoch)
        ]

    def loss(self, rows: list[int], epoch: int) -> tuple[Tensor, dict[str, float]]:  # noqa: ARG002  (nothing is changed by epoch)
        """Return the loss of a batch, and each head's part of it."""
        batch = batch_of([self._texts[row] for row in rows], self._tokenizer)
        with half_precision(wanted=self._config.bf16):
            scores = self.network(*batch.inputs)
        return total_loss(scores, batch, config=self._config)

    def identity(self) -> bytes:
        """Return the texts that are trained on."""
        return sha256(repr(self._texts).encode()).digest()

    def frozen(self) -> Iterable[nn.Parameter]:
        """Return what never learns: the heads on cause and effect, of which no Chinese set tells."""
        return self.network.causal_heads.parameters()


def total_loss(scores: Scores, batch: ChineseBatch, *, config: TrainConfig) -> tuple[Tensor, dict[str, float]]:
    """Return the weighted sum of each head's mean loss over the labels that are there, and its parts.

    Sentiment, kinds and risks: cross-entropy. A name of which is only known that the news is not negative for it:
    -log(1 - p(negative)). Relevance: binary cross-entropy of whether the set's people marked the name.
    """
    weights, smooth = config.losses, config.label_smoothing
    kinds, risks = kinds_and_risks(scores.topic.float())
    counts = 1.0 - (1.0 - weights.weak) * batch.mention_weak.float()
    parts = {
        "document": weights.document * class_loss(scores.document, batch.document, smooth=smooth),
        "mention": weights.mention
        * (
            weighted_class_loss(scores.mention, batch.mention, weights=counts, smooth=smooth)
            + not_negative(scores.mention.float(), batch.negative)
        ),
        "kinds": weights.topic * _kinds(kinds, batch.kinds),
        "risk": weights.topic * class_loss(risks, batch.risk, smooth=smooth),
        "relevance": weights.relevance * _known(scores.relevance, batch.marked),
        "additive": weights.additive
        * (
            class_loss(scores.document_parts.sum(1), batch.document, smooth=smooth)
            + weighted_class_loss(scores.mention_parts.sum(2), batch.mention, weights=counts, smooth=smooth)
        ),
    }
    return sum(parts.values(), scores.topic.new_zeros(())), {name: part.item() for name, part in parts.items()}


def not_negative(logits: Tensor, negative: Tensor) -> Tensor:
    """Return the mean of -log(1 - p(negative)) over the names of which `negative` `[batch, slots]` is 0."""
    others = torch.cat((logits[..., :_NEGATIVE], logits[..., _NEGATIVE + 1 :]), dim=-1)
    surprise = logits.logsumexp(-1) - others.logsumexp(-1)
    there = negative == 0.0
    return torch.where(there, surprise, 0.0).sum() / there.sum().clamp(min=1)


def _kinds(logits: Tensor, shares: Tensor) -> Tensor:
    each = -(shares * functional.log_softmax(logits, dim=-1)).sum(-1)
    return each.sum() / (shares.sum(-1) > 0).sum().clamp(min=1)


def _known(logits: Tensor, truths: Tensor) -> Tensor:
    there = ~truths.isnan()
    return binary_loss(logits[there], truths[there])
