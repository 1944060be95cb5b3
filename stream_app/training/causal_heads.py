"""The two heads on cause and effect: does the text state one, and which tokens are which."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from stream_app.pipeline.tensors import TAGS

READ_LAYER = 3
"""The encoder's layer that the heads read, whose weights later stages of training leave as they are."""

_WIDTH = 96
_NEAR, _FAR = 1, 4
_REACH = 2
_DROPOUT = 0.2


class CausalHeads(nn.Module):
    """Reads the token vectors of one layer, narrow, so that it costs about a hundredth of the encoder."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.drop = nn.Dropout(_DROPOUT)
        self.mix = nn.Linear(hidden, _WIDTH)
        self.near, self.far = _convolution(_NEAR), _convolution(_FAR)
        self.tag = nn.Linear(_WIDTH, len(TAGS))
        self.detect = nn.Linear(2 * _WIDTH, 1)

    def forward(self, vectors: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the log-odds `[batch]` that a cause is stated, and each token's scores of tags `[batch, T, tags]`."""
        there = mask[:, None, :]
        tokens = functional.gelu(self.mix(self.drop(self.norm(vectors)))).transpose(1, 2) * there
        tokens = tokens + functional.gelu(self.near(tokens)) * there
        tokens = tokens + functional.gelu(self.far(tokens)) * there
        mean = tokens.sum(2) / there.sum(2).clamp(min=1.0)
        # what is padding must not be the largest: GELU is never below -0.2, three of them never below -1
        most = (tokens - (1.0 - there)).amax(2)
        return self.detect(torch.cat((mean, most), dim=-1)).squeeze(-1), self.tag(self.drop(tokens.transpose(1, 2)))


def _convolution(step: int) -> nn.Conv1d:
    """Read each token with its neighbours at one and two steps on both sides."""
    return nn.Conv1d(_WIDTH, _WIDTH, 2 * _REACH + 1, padding=_REACH * step, dilation=step)
