"""Trains the causal heads on what a finished encoder says of each token, so that no other head can get worse by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stream_app.training.causal_heads import CausalHeads
from stream_app.training.causal_texts import CausalText, causal_loss
from stream_app.training.config import CausalConfig
from stream_app.training.head_fit import fit_head, padded, read_vectors
from stream_app.training.network import FusionNetwork


@dataclass(frozen=True, slots=True)
class CausalRow:
    """A text as the heads see it: `vectors` `[T, hidden]` in half precision."""

    vectors: NDArray[np.float16]
    text: CausalText


def read_rows(
    network: FusionNetwork, texts: Sequence[CausalText], *, report: Callable[[int, int], None]
) -> list[CausalRow]:
    """Return the texts as rows; `report` hears how many are done and of how many."""
    read = read_vectors(network, [text.ids for text in texts], report=report)
    return [CausalRow(vectors[0], text) for vectors, text in zip(read, texts, strict=True)]


def fit_causal(
    heads: CausalHeads, rows: Sequence[CausalRow], *, config: CausalConfig, report: Callable[[int, float], None]
) -> None:
    """Train the heads in place; `report` hears of each epoch's mean loss."""
    fit_head(
        heads,
        [len(row.text.ids) for row in rows],
        lambda places, _: loss_of(heads, [rows[place] for place in places]),
        config=config,
        report=report,
    )


def loss_of(heads: CausalHeads, rows: Sequence[CausalRow]) -> Tensor:
    """Return the heads' loss over these rows."""
    return causal_loss(heads, padded([torch.from_numpy(row.vectors) for row in rows]), [row.text for row in rows])
