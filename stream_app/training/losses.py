"""One loss over all heads: each averages over the labels that a batch has for it."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from stream_app.training.batches import NO_LABEL, Batch
from stream_app.training.config import TrainConfig
from stream_app.training.network import Scores


def total_loss(
    scores: Scores, batch: Batch, *, teacher: Tensor, config: TrainConfig
) -> tuple[Tensor, dict[str, float]]:
    """Return the weighted sum and each head's own loss; `teacher` is the untrained encoder's embeddings."""
    weights = config.losses
    document = 1.0 - (1.0 - weights.weak) * batch.document_weak.float()
    mention = 1.0 - (1.0 - weights.weak) * batch.mention_weak.float()
    smooth = config.label_smoothing
    known = ~batch.relevance.isnan()
    parts = {
        "document": weights.document
        * weighted_class_loss(scores.document, batch.document, weights=document, smooth=smooth),
        "mention": weights.mention * weighted_class_loss(scores.mention, batch.mention, weights=mention, smooth=smooth),
        "topic": weights.topic
        * weighted_class_loss(scores.topic, batch.topic, weights=scores.topic.new_ones(()), smooth=smooth),
        "relevance": weights.relevance * binary_loss(scores.relevance[known], batch.relevance[known]),
        "embedding": weights.embedding * _apart(scores.embedding, teacher, ~batch.renamed),
        "additive": weights.additive
        * (
            weighted_class_loss(scores.document_parts.sum(1), batch.document, weights=document, smooth=smooth)
            + weighted_class_loss(scores.mention_parts.sum(2), batch.mention, weights=mention, smooth=smooth)
        ),
    }
    return sum(parts.values(), scores.topic.new_zeros(())), {name: part.item() for name, part in parts.items()}


def class_loss(logits: Tensor, labels: Tensor, *, smooth: float) -> Tensor:
    """Return the mean cross-entropy over the labels that are there, `NO_LABEL` elsewhere; classes are the last axis."""
    return weighted_class_loss(logits, labels, weights=logits.new_ones(()), smooth=smooth)


def weighted_class_loss(logits: Tensor, labels: Tensor, *, weights: Tensor, smooth: float) -> Tensor:
    """Return the same where each label counts as much as `weights`, of the labels' shape, says."""
    flat, target = logits.flatten(0, -2).float(), labels.flatten()
    each = functional.cross_entropy(flat, target, ignore_index=NO_LABEL, label_smoothing=smooth, reduction="none")
    there = (target != NO_LABEL).float()
    return (each * weights.expand(labels.shape).flatten()).sum() / there.sum().clamp(min=1.0)


def binary_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean binary cross-entropy of logits; zero where there are none."""
    each = functional.binary_cross_entropy_with_logits(logits.float(), labels, reduction="sum")
    return each / max(len(labels), 1)


def _apart(embedding: Tensor, teacher: Tensor, rows: Tensor) -> Tensor:
    """Return the mean of one less the cosine, over the rows whose text the teacher has seen."""
    cosine = (embedding.float() * teacher).sum(-1)
    return ((1.0 - cosine) * rows).sum() / rows.sum().clamp(min=1)
