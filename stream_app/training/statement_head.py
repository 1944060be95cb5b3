"""The head on what a text states of each name: which way its own quantity goes, and how that is meant."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from stream_app.pipeline.features import KIND_FEATURES
from stream_app.pipeline.tensors import STATEMENTS

_WIDTH, _HEAD = 128, 32
_DROPOUT = 0.3
_FAR_BELOW = -1e4

Vectors = tuple[Tensor, Tensor]
"""The tokens' vectors `[batch, T, hidden]` of a middle layer, in which words are still words, and of the last."""


class StatementHead(nn.Module):
    """Each name asks, by attention in a few heads, for the words that say what happens to a thing of its kind."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        # one for each layer: of one for both, a row's last bits followed the size of its batch (OpenVINO, AVX2)
        self.lower, self.last = (
            nn.Sequential(nn.LayerNorm(hidden), nn.Dropout(_DROPOUT), nn.Linear(hidden, _WIDTH)) for _ in range(2)
        )
        self.kind = nn.Linear(KIND_FEATURES, _WIDTH)
        self.ask = nn.Linear(_WIDTH, _WIDTH)
        self.key, self.value = nn.Linear(_WIDTH, _WIDTH, bias=False), nn.Linear(_WIDTH, _WIDTH)
        self.say = nn.Sequential(
            nn.LayerNorm(2 * _WIDTH),
            nn.Linear(2 * _WIDTH, _WIDTH),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(_WIDTH, len(STATEMENTS)),
        )

    def forward(self, vectors: Vectors, mask: Tensor, *, inside: Tensor, kg: Tensor) -> Tensor:
        """Return the scores `[batch, slots, STATEMENTS]`.

        `inside` `[batch, slots, T]` tells which tokens lie in each mention; of `kg` `[batch, slots, features]` only the
        entity's kind is read.
        """
        lower, last = vectors
        tokens = functional.gelu(self.lower(lower) + self.last(last))
        within = inside.to(tokens.dtype)
        names = (within @ tokens) / within.sum(-1, keepdim=True).clamp(min=1.0)
        names = names + self.kind(kg[..., :KIND_FEATURES])
        away = (1.0 - mask.to(tokens.dtype))[:, None, :] * _FAR_BELOW
        parts = (one.split(_HEAD, dim=-1) for one in (self.ask(names), self.key(tokens), self.value(tokens)))
        heard = [
            torch.softmax(asked @ keys.transpose(1, 2) * _HEAD**-0.5 + away, dim=-1) @ values
            for asked, keys, values in zip(*parts, strict=True)
        ]
        said: Tensor = self.say(torch.cat((names, *heard), dim=-1))
        return said
