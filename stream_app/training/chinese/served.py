"""The Chinese network as it is served: the tensors that every network of the model answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from stream_app.pipeline.tensors import RISK_TYPES, TAGS
from stream_app.training.chinese.kinds import ALL_KINDS, TOPIC_OF_KIND, TOPIC_OF_RISK
from stream_app.training.chinese.network import kinds_and_risks
from stream_app.training.network import FusionNetwork, evidence
from stream_app.training.served import ServedModule, chance, chances, heats
from stream_app.training.temperature import Temperature

KINDS = "kinds"
HEADS = ("document", "mention", "relevance", KINDS, "risk", "statements")
_NONE = RISK_TYPES.index("none")


class ServedChinese(ServedModule):
    """Probabilities in place of scores, at the `temperatures` of `HEADS`, 1 where none is given."""

    topic_of_kind: Tensor
    topic_of_risk: Tensor

    def __init__(self, network: FusionNetwork, temperatures: Mapping[str, Temperature], topics: Sequence[str]) -> None:
        """`topics` are those of the model, in its order."""
        super().__init__(network, temperatures, heads=HEADS, lacks=frozenset())
        self.register_buffer("topic_of_kind", _table(ALL_KINDS, TOPIC_OF_KIND, topics))
        self.register_buffer("topic_of_risk", _table(RISK_TYPES, TOPIC_OF_RISK, topics))

    def forward(  # noqa: PLR0917  (the exporter names inputs by position)
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        mention_spans: Tensor,
        kg_features: Tensor,
        context_features: Tensor,
    ) -> tuple[Tensor, ...]:
        """Return the tensors that are `told`, in that order.

        Topics follow from risks and, where there is none, from kinds:
        p(t) = Σ_r p(r) [t of r] + p(none) Σ_k p(k) [t of k].
        No cause is ever found: no Chinese set tells of any, so the rules are left to read them.
        """
        states = self.network.hidden_states(input_ids, attention_mask)
        scores = self.network.scores(states, attention_mask, mention_spans, kg_features, context_features)
        at = self.temperatures
        document, mention = heats(scores.document, at["document"]), heats(scores.mention, at["mention"])
        kinds, risks = kinds_and_risks(scores.topic)
        kind, risk = chances(kinds, at[KINDS]), chances(risks, at["risk"])
        topic = risk @ self.topic_of_risk + risk[:, _NONE, None] * (kind @ self.topic_of_kind)
        return (
            torch.softmax(scores.document / document, dim=-1),
            torch.softmax(scores.mention / mention, dim=-1),
            chance(scores.relevance, at["relevance"]),
            topic,
            scores.embedding,
            evidence(scores.document_parts) / document,
            evidence(scores.mention_parts) / mention,
            torch.zeros_like(topic[:, :1]),
            _no_tags(attention_mask),
            risk,
            *self.statements(states, attention_mask, mention_spans, kg=kg_features),
        )


def uncalibrated(network: FusionNetwork, topics: Sequence[str]) -> ServedChinese:
    """Return the network with every temperature at 1."""
    return ServedChinese(network, {}, topics)


def _no_tags(mask: Tensor) -> Tensor:
    """Return `[batch, T, tags]`: every token is surely outside."""
    outside = torch.zeros(len(TAGS))
    outside[TAGS.index("O")] = 1.0
    return torch.ones_like(mask, dtype=torch.float32)[..., None] * outside


def _table(names: Sequence[str], topic_of: Mapping[str, str], topics: Sequence[str]) -> Tensor:
    """Return `[names, topics]`: 1 where a name amounts to a topic."""
    table = torch.zeros(len(names), len(topics))
    for place, name in enumerate(names):
        if name in topic_of:
            table[place, topics.index(topic_of[name])] = 1.0
    return table
