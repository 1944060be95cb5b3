"""The network as it is served: temperatures built in, outputs named and ordered as in `pipeline.tensors`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

import torch
from torch import Tensor, nn

from stream_app.pipeline import tensors
from stream_app.training.network import FusionNetwork, evidence
from stream_app.training.temperature import Temperature

HEADS = ("document", "mention", "relevance", "topic", "causal", "tags", "statements")


class ServedModule(nn.Module):
    """A network as it is served: it returns the tensors that are `told`, in that order."""

    def __init__(
        self,
        network: FusionNetwork,
        temperatures: Mapping[str, Temperature],
        *,
        heads: Iterable[str],
        lacks: AbstractSet[str],
    ) -> None:
        """Serve the `heads` at their temperatures, 1 where none is given; outputs that it `lacks` are not told."""
        super().__init__()
        self.network, self.temperatures = network, dict.fromkeys(heads, Temperature()) | dict(temperatures)
        untaught = set() if network.statement_head else {"mention_statements"}
        self.told = tuple(tensor for tensor in tensors.OUTPUTS if tensor.name not in lacks | untaught)

    def statements(self, states: tuple[Tensor, ...], mask: Tensor, spans: Tensor, *, kg: Tensor) -> tuple[Tensor, ...]:
        """Return the probabilities of `STATEMENTS`; nothing where the network was not taught them."""
        if self.network.statement_head is None:
            return ()
        return (chances(self.network.statements(states, mask, spans, kg=kg), self.temperatures["statements"]),)


class ServedNetwork(ServedModule):
    """Probabilities in place of scores, at the `temperatures` of `HEADS`, 1 where none is given."""

    def __init__(self, network: FusionNetwork, temperatures: Mapping[str, Temperature]) -> None:
        super().__init__(network, temperatures, heads=HEADS, lacks=tensors.OF_FURTHER_NETWORKS)

    def forward(  # noqa: PLR0917  (the exporter names inputs by position)
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        mention_spans: Tensor,
        kg_features: Tensor,
        context_features: Tensor,
    ) -> tuple[Tensor, ...]:
        """Return the tensors that are `told`."""
        states = self.network.hidden_states(input_ids, attention_mask)
        scores = self.network.scores(states, attention_mask, mention_spans, kg_features, context_features)
        at = self.temperatures
        document, mention = heats(scores.document, at["document"]), heats(scores.mention, at["mention"])
        return (
            torch.softmax(scores.document / document, dim=-1),
            torch.softmax(scores.mention / mention, dim=-1),
            chance(scores.relevance, at["relevance"]),
            chances(scores.topic, at["topic"]),
            scores.embedding,
            evidence(scores.document_parts) / document,
            evidence(scores.mention_parts) / mention,
            chance(scores.causal, at["causal"])[:, None],
            chances(scores.tags, at["tags"]),
            *self.statements(states, attention_mask, mention_spans, kg=kg_features),
        )


def heats(scores: Tensor, temperature: Temperature) -> Tensor:
    """Return what scores `[..., classes]` are divided by, `[..., 1]`."""
    surprise = -torch.log_softmax(scores, dim=-1)
    entropy = (torch.exp(-surprise) * surprise).sum(dim=-1, keepdim=True) / math.log(scores.shape[-1])
    return temperature.level * torch.exp(temperature.doubt * entropy)


def chances(scores: Tensor, temperature: Temperature) -> Tensor:
    """Return probabilities `[..., classes]` of the classes that these are the scores of."""
    return torch.softmax(scores / heats(scores, temperature), dim=-1)


def chance(scores: Tensor, temperature: Temperature) -> Tensor:
    """Return the probability `[...]` of what these are the scores of, against that of its contrary."""
    return chances(torch.stack((torch.zeros_like(scores), scores), dim=-1), temperature)[..., 1]


def uncalibrated(network: FusionNetwork) -> ServedNetwork:
    """Return the network with every temperature at 1."""
    return ServedNetwork(network, {})
