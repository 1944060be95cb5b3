"""The fusion network for Chinese: the same heads on another encoder, with kinds and risks in the place of topics."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from stream_app.pipeline.tensors import CONTEXT_FEATURES, KG_FEATURES, RISK_TYPES
from stream_app.training.chinese.kinds import ALL_KINDS
from stream_app.training.network import FusionNetwork, Gate


def chinese_network(encoder: nn.Module) -> FusionNetwork:
    """Return a network whose topic head scores the kinds, then the risks.

    No Chinese set tells anything of reach or of the graph, so its gates let nothing of them in: a feature's weights are
    zero, and stay so, since training gives no features.
    """
    hidden = encoder.config.hidden_size  # type: ignore[union-attr]
    assert isinstance(hidden, int)  # noqa: S101  (for the type checker)
    network = FusionNetwork(encoder, hidden=hidden, topics=len(ALL_KINDS) + len(RISK_TYPES))
    _close(network.document_gate, CONTEXT_FEATURES)
    _close(network.mention_gate, KG_FEATURES + CONTEXT_FEATURES)
    return network


def kinds_and_risks(scores: Tensor) -> tuple[Tensor, Tensor]:
    """Return the topic head's scores of kinds and of risks."""
    return scores[..., : len(ALL_KINDS)], scores[..., len(ALL_KINDS) :]


@torch.no_grad()
def _close(gate: Gate, features: int) -> None:
    gate.value.weight.zero_()
    gate.open.weight[:, -features:].zero_()
