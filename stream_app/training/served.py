"""The network as it is served: temperatures built in, outputs named and ordered as in `pipeline.tensors`."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from stream_app.pipeline import tensors
from stream_app.training.network import FusionNetwork, evidence

HEADS = ("document", "mention", "relevance", "topic", "causal", "tags")


class ServedModule(nn.Module):
    """A network as it is served: it returns the tensors that are `told`, in that order."""

    told: tuple[tensors.Tensor, ...]


class ServedNetwork(ServedModule):
    """Probabilities in place of scores; `temperatures` has one number for each of `HEADS`."""

    told = tuple(tensor for tensor in tensors.OUTPUTS if tensor.name not in tensors.MAY_LACK)

    def __init__(self, network: FusionNetwork, temperatures: Mapping[str, float]) -> None:
        super().__init__()
        self.network, self.temperatures = network, {head: temperatures[head] for head in HEADS}

    def forward(  # noqa: PLR0917  (the exporter names inputs by position)
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        mention_spans: Tensor,
        kg_features: Tensor,
        context_features: Tensor,
    ) -> tuple[Tensor, ...]:
        """Return the tensors that are `told`."""
        scores = self.network(input_ids, attention_mask, mention_spans, kg_features, context_features)
        heat = self.temperatures
        return (
            torch.softmax(scores.document / heat["document"], dim=-1),
            torch.softmax(scores.mention / heat["mention"], dim=-1),
            torch.sigmoid(scores.relevance / heat["relevance"]),
            torch.softmax(scores.topic / heat["topic"], dim=-1),
            scores.embedding,
            evidence(scores.document_parts) / heat["document"],
            evidence(scores.mention_parts) / heat["mention"],
            torch.sigmoid(scores.causal / heat["causal"])[:, None],
            torch.softmax(scores.tags / heat["tags"], dim=-1),
        )


def uncalibrated(network: FusionNetwork) -> ServedNetwork:
    """Return the network with every temperature at 1."""
    return ServedNetwork(network, dict.fromkeys(HEADS, 1.0))
