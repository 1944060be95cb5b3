"""The network of a pack: the recipe's encoder, gate, pooling and classifiers, with the heads that the pack names."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from stream_app.training.network import AttentionPool, EncoderNetwork, Gate, classifier, span_mask
from stream_app.training.packs.pack import Pack, PackEncoder
from stream_app.training.packs.rows import PackInputs


class PackNetwork(EncoderNetwork):
    """Token vectors of one encoder pass, into which the gate lets what the graph knows, and every head on them."""

    def __init__(self, encoder: nn.Module, pack: Pack, *, classes: Mapping[str, int], graph: int) -> None:
        """`classes` are each head's number of outputs, `graph` is the number of features of a token."""
        super().__init__()
        hidden = encoder.config.hidden_size  # type: ignore[union-attr]
        assert isinstance(hidden, int)  # noqa: S101  (for the type checker)
        self.encoder = encoder
        self.gate = Gate(hidden, graph)
        self.heads = nn.ModuleDict({head.name: _HEADS[head.kind](hidden, classes[head.name]) for head in pack.heads})

    def forward(self, inputs: PackInputs) -> dict[str, Tensor]:
        """Return each head's scores: `[batch, classes]`, `[batch, slots, classes]` or `[batch, T, classes]`."""
        tokens = self.encoder(inputs.ids, attention_mask=inputs.mask).last_hidden_state
        tokens = self.gate(tokens, inputs.graph)
        mask = inputs.mask.to(tokens.dtype)
        return {name: head(tokens, mask, inputs.spans.get(name)) for name, head in self.heads.items()}


class DocumentHead(nn.Module):
    """A learned query attends over the tokens."""

    def __init__(self, hidden: int, classes: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(1, hidden) * hidden**-0.5)
        self.pool, self.classify = AttentionPool(hidden), classifier(hidden, hidden, classes)

    def forward(self, tokens: Tensor, mask: Tensor, spans: Tensor | None) -> Tensor:  # noqa: ARG002  (all heads alike)
        """Return the scores of the text."""
        weights = self.pool(self.query[None].expand(len(tokens), -1, -1), tokens, mask)
        scores: Tensor = self.classify((weights @ tokens)[:, 0])
        return scores


class MentionHead(nn.Module):
    """The mean of a span asks, by attention, for the words that speak of it."""

    def __init__(self, hidden: int, classes: int) -> None:
        super().__init__()
        self.query, self.pool = nn.Linear(hidden, hidden), AttentionPool(hidden)
        self.classify = classifier(2 * hidden, hidden, classes)

    def forward(self, tokens: Tensor, mask: Tensor, spans: Tensor | None) -> Tensor:
        """Return the scores of each span."""
        assert spans is not None  # noqa: S101  (the collator gives every mention head its spans)
        inside = span_mask(spans, tokens.shape[1]).to(tokens.dtype)
        mentions = (inside @ tokens) / inside.sum(-1, keepdim=True).clamp(min=1.0)
        about = self.pool(self.query(mentions), tokens, mask) @ tokens
        scores: Tensor = self.classify(torch.cat((mentions, about), dim=-1))
        return scores


class TokenHead(nn.Module):
    """Each token by itself: what stands around it, the encoder has read."""

    def __init__(self, hidden: int, classes: int) -> None:
        super().__init__()
        self.classify = classifier(hidden, hidden, classes)

    def forward(self, tokens: Tensor, mask: Tensor, spans: Tensor | None) -> Tensor:  # noqa: ARG002  (all heads alike)
        """Return the scores of each token."""
        scores: Tensor = self.classify(tokens)
        return scores


_HEADS = {"document": DocumentHead, "mention": MentionHead, "tokens": TokenHead}


def cut(encoder: nn.Module, wanted: PackEncoder) -> nn.Module:
    """Return the encoder with the pack's number of layers."""
    if wanted.layers is not None:
        encoder.encoder.layer = encoder.encoder.layer[: wanted.layers]  # type: ignore[union-attr,index]
        encoder.config.num_hidden_layers = len(encoder.encoder.layer)  # type: ignore[union-attr]
    return encoder


def frozen(network: PackNetwork, wanted: PackEncoder) -> list[nn.Parameter]:
    """Return the word vectors, and the layers that stay as they are."""
    layers = network.encoder.encoder.layer[: wanted.frozen]  # type: ignore[union-attr,index]
    return [*network.encoder.embeddings.parameters(), *layers.parameters()]  # type: ignore[union-attr]
