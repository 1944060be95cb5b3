"""The fusion network: one encoder pass, and on its token vectors every head.

The score of a document or mention is a base, read from the pooled vector after gating with features, plus a part
that is an exact sum over tokens, sum_t a_t (W h_t): each token's summand is its evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from stream_app.pipeline.tensors import CONTEXT_FEATURES, KG_FEATURES, LABELS
from stream_app.training.causal_heads import READ_LAYER, CausalHeads
from stream_app.training.statement_head import StatementHead

_FAR_BELOW = -1e4
_NEGATIVE, _POSITIVE = LABELS.index("negative"), LABELS.index("positive")
_DROPOUT = 0.1


class Scores(NamedTuple):
    """Uncalibrated outputs; `*_parts` is `[…, T, labels]`, each token's summand of the additive part."""

    document: Tensor
    document_parts: Tensor
    mention: Tensor
    mention_parts: Tensor
    relevance: Tensor
    topic: Tensor
    embedding: Tensor
    causal: Tensor
    tags: Tensor


class AttentionPool(nn.Module):
    """Weights over tokens `[batch, queries, T]` from query vectors `[batch, queries, hidden]`."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.key = nn.Linear(hidden, hidden, bias=False)
        self.scale = hidden**-0.5

    def forward(self, query: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
        """Return weights that sum to 1 over the tokens of `mask` `[batch, T]`."""
        scores = query @ self.key(tokens).transpose(1, 2) * self.scale
        return torch.softmax(scores + (1.0 - mask[:, None, :]) * _FAR_BELOW, dim=-1)


class Gate(nn.Module):
    """Adds features to a vector, each of its places as far as the gate opens."""

    def __init__(self, hidden: int, features: int) -> None:
        super().__init__()
        self.open = nn.Linear(hidden + features, hidden)
        self.value = nn.Linear(features, hidden)

    def forward(self, vector: Tensor, features: Tensor) -> Tensor:
        """Return a vector of the same shape."""
        opening = torch.sigmoid(self.open(torch.cat((vector, features), dim=-1)))
        gated: Tensor = vector + opening * self.value(features)
        return gated


def classifier(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Return the layers that make scores of classes of a vector."""
    return nn.Sequential(
        nn.LayerNorm(inputs), nn.Linear(inputs, hidden), nn.GELU(), nn.Dropout(_DROPOUT), nn.Linear(hidden, outputs)
    )


class EncoderNetwork(nn.Module):
    """A network on an encoder, which may be tuned apart from the rest."""

    encoder: nn.Module


class FusionNetwork(EncoderNetwork):
    """Encoder and heads; inputs are those of `pipeline.tensors`, with any number of mention slots."""

    def __init__(self, encoder: nn.Module, *, hidden: int, topics: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.document_query = nn.Parameter(torch.zeros(2, hidden))
        self.document_pool, self.mention_pool = AttentionPool(hidden), AttentionPool(hidden)
        self.mention_query = nn.Linear(hidden, hidden)
        self.document_gate = Gate(hidden, CONTEXT_FEATURES)
        self.mention_gate = Gate(hidden, KG_FEATURES + CONTEXT_FEATURES)
        self.document_head = classifier(hidden, hidden, len(LABELS))
        self.mention_head = classifier(2 * hidden, hidden, len(LABELS))
        self.document_token, self.mention_token = nn.Linear(hidden, len(LABELS)), nn.Linear(hidden, len(LABELS))
        self.relevance_head = nn.Sequential(nn.LayerNorm(2 * hidden), nn.Linear(2 * hidden, 1))
        self.topic_head = classifier(hidden, hidden, topics)
        self.projection = nn.Linear(hidden, hidden, bias=False)
        self.causal_heads = CausalHeads(hidden)
        self.statement_head: StatementHead | None = None
        nn.init.normal_(self.document_query, std=0.02)
        nn.init.eye_(self.projection.weight)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, mention_spans: Tensor, *features: Tensor) -> Scores:
        """Return the scores; `features` are the knowledge graph's and the context's."""
        states = self.hidden_states(input_ids, attention_mask)
        return self.scores(states, attention_mask, mention_spans, *features)

    def hidden_states(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        """Return the tokens' vectors `[batch, T, hidden]` as they come in, and after each layer."""
        read = self.encoder(input_ids, attention_mask=attention_mask, output_hidden_states=True)
        states: tuple[Tensor, ...] = read.hidden_states
        return states

    def scores(
        self, states: tuple[Tensor, ...], attention_mask: Tensor, mention_spans: Tensor, *features: Tensor
    ) -> Scores:
        """Return what the heads say of a text's hidden states."""
        kg, context = features
        lower, tokens = _read(states)
        mask = attention_mask.to(tokens.dtype)
        mean = (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1.0)
        queries = self.document_query[None].expand(tokens.shape[0], -1, -1)
        weights = self.document_pool(queries, tokens, mask)
        pooled, about = (weights @ tokens).unbind(1)
        document_parts = weights[:, 0, :, None] * self.document_token(tokens)
        return Scores(
            self.document_head(self.document_gate(pooled, context)) + document_parts.sum(1),
            document_parts,
            *self._mentions(tokens, mask, mention_spans, features=(kg, context)),
            self.topic_head(about),
            functional.normalize(self.projection(mean), dim=-1),
            *self.causal_heads(lower, mask),
        )

    def add_statement_head(self) -> StatementHead:
        """Give the network a new head on what texts state, in the place of any other, and return it."""
        self.statement_head = head = StatementHead(self.projection.in_features)
        return head

    def statements(
        self, states: tuple[Tensor, ...], attention_mask: Tensor, mention_spans: Tensor, *, kg: Tensor
    ) -> Tensor:
        """Return the scores of `STATEMENTS` `[batch, slots, statements]`; ValueError where they were not taught."""
        if self.statement_head is None:
            raise ValueError("the network was not taught what texts state")
        inside = span_mask(mention_spans, attention_mask.shape[1])
        said: Tensor = self.statement_head(_read(states), attention_mask, inside=inside, kg=kg)
        return said

    def token_vectors(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the tokens' vectors of the layer that the causal heads read, and of the last."""
        return _read(self.hidden_states(input_ids, attention_mask))

    def _mentions(
        self, tokens: Tensor, mask: Tensor, spans: Tensor, *, features: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        kg, context = features
        inside = span_mask(spans, tokens.shape[1]).to(tokens.dtype)
        mentions = (inside @ tokens) / inside.sum(-1, keepdim=True).clamp(min=1.0)
        weights = self.mention_pool(self.mention_query(mentions), tokens, mask)
        beside = context[:, None, :].expand(-1, kg.shape[1], -1)
        fused = self.mention_gate(mentions, torch.cat((kg, beside), dim=-1))
        view = torch.cat((fused, weights @ tokens), dim=-1)
        parts = weights[..., None] * self.mention_token(tokens)[:, None]
        return self.mention_head(view) + parts.sum(2), parts, self.relevance_head(view).squeeze(-1)


def add_heads_of(network: FusionNetwork, weights: Iterable[str]) -> None:
    """Give the network a head on what texts state, where weights of these names are of one that was taught them."""
    if any(name.startswith("statement_head.") for name in weights):
        network.add_statement_head()


def _read(states: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    return states[min(READ_LAYER, len(states) - 1)], states[-1]


def span_mask(spans: Tensor, length: int) -> Tensor:
    """Return `[batch, slots, T]`: which tokens lie in each mention; none for an empty slot."""
    places = torch.arange(length, device=spans.device)
    return (places >= spans[..., :1]) & (places < spans[..., 1:])


def evidence(parts: Tensor) -> Tensor:
    """Return each token's part in the positive-less-negative score, `[…, T]`."""
    return parts[..., _POSITIVE] - parts[..., _NEGATIVE]
