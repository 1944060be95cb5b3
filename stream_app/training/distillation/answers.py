"""What teachers say of texts: their scores of every head that labels teach, and of the parts that explain."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from stream_app.training.config import DistilConfig
from stream_app.training.network import Scores

OF_MENTIONS = frozenset({"mention", "mention_parts", "relevance"})
"""Fields of `Answers` that have slots, one a mention."""


class Answers(NamedTuple):
    """Scores before any softmax, of texts `[N, classes]` and of their mentions `[N, slots(, classes)]`."""

    document: Tensor
    document_parts: Tensor
    mention: Tensor
    mention_parts: Tensor
    relevance: Tensor
    topic: Tensor


def answers_of(scores: Scores) -> Answers:
    """Return what a network says, the parts that explain summed over tokens."""
    return Answers(
        document=scores.document,
        document_parts=scores.document_parts.sum(1),
        mention=scores.mention,
        mention_parts=scores.mention_parts.sum(2),
        relevance=scores.relevance,
        topic=scores.topic,
    )


def answers_loss(student: Answers, told: Answers, slots: Tensor, *, config: DistilConfig) -> dict[str, Tensor]:
    """Return each head's part, as `losses` has it; `slots` `[N, slots]` tells which mentions are there."""
    weights, heat = config.losses, config.temperature
    parts = {
        "document": weights.document * classes(student.document, told.document, heat),
        "mention": weights.mention * classes(student.mention[slots], told.mention[slots], heat),
        "topic": weights.topic * classes(student.topic, told.topic, heat),
        "relevance": weights.relevance * chances(student.relevance[slots], told.relevance[slots], heat),
        "additive": weights.additive
        * (
            classes(student.document_parts, told.document_parts, heat)
            + classes(student.mention_parts[slots], told.mention_parts[slots], heat)
        ),
    }
    return {name: heat**2 * part for name, part in parts.items()}


def classes(student: Tensor, teacher: Tensor, heat: float) -> Tensor:
    """Return the cross-entropy between answers whose classes are the last axis; 0 where there is none."""
    if not student.numel():
        return student.sum()
    target = torch.softmax(teacher.flatten(0, -2).float() / heat, dim=-1)
    return torch.nn.functional.cross_entropy(student.flatten(0, -2).float() / heat, target)


def chances(student: Tensor, teacher: Tensor, heat: float) -> Tensor:
    """Return the binary cross-entropy between answers that are logits; 0 where there is none."""
    if not student.numel():
        return student.sum()
    target = torch.sigmoid(teacher.float() / heat)
    return torch.nn.functional.binary_cross_entropy_with_logits(student.float() / heat, target)
