"""Trains the causal heads on what a finished encoder says of each token, which stays as it is.

No other head can get worse by it, and each text goes through the encoder once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import AdamW

from stream_app.training.causal_heads import CausalHeads
from stream_app.training.causal_texts import CausalText, batches_of, causal_loss, padded
from stream_app.training.config import CausalConfig
from stream_app.training.network import FusionNetwork

_READ_ROWS = 16
_WARM_UP = 0.05


@dataclass(frozen=True, slots=True)
class CausalRow:
    """A text as the heads see it: `vectors` `[T, hidden]` in half precision."""

    vectors: NDArray[np.float16]
    text: CausalText


def read_rows(
    network: FusionNetwork, texts: Sequence[CausalText], *, report: Callable[[int, int], None]
) -> list[CausalRow]:
    """Return the texts as rows; `report` hears how many are done and of how many."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place].ids))
    rows: dict[int, CausalRow] = {}
    network.eval()
    for at in range(0, len(order), _READ_ROWS):
        places = order[at : at + _READ_ROWS]
        ids = padded([torch.from_numpy(texts[place].ids) for place in places])
        mask = padded([torch.ones(len(texts[place].ids), dtype=torch.int64) for place in places])
        with torch.inference_mode():
            vectors = network.token_vectors(ids, mask)[0].half().numpy()
        for place, own in zip(places, vectors, strict=True):
            rows[place] = CausalRow(own[: len(texts[place].ids)], texts[place])
        report(len(rows), len(order))
    return [rows[place] for place in range(len(texts))]


def fit_causal(
    heads: CausalHeads, rows: Sequence[CausalRow], *, config: CausalConfig, report: Callable[[int, float], None]
) -> None:
    """Train the heads in place; `report` hears of each epoch's mean loss."""
    torch.manual_seed(config.seed)
    optimiser = AdamW(heads.parameters(), lr=config.rate, weight_decay=config.weight_decay)
    heads.train()
    for epoch in range(config.epochs):
        plan = batches_of([row.text for row in rows], config, epoch)
        total = 0.0
        for step, places in enumerate(plan):
            _set_rate(optimiser, config, (epoch + step / len(plan)) / config.epochs)
            loss = loss_of(heads, [rows[place] for place in places])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += loss.item()
        report(epoch + 1, total / len(plan))
    heads.eval()


def loss_of(heads: CausalHeads, rows: Sequence[CausalRow]) -> Tensor:
    """Return the heads' loss over these rows."""
    return causal_loss(heads, padded([torch.from_numpy(row.vectors) for row in rows]), [row.text for row in rows])


def _set_rate(optimiser: AdamW, config: CausalConfig, done: float) -> None:
    """Set the rate of a short warm-up and a straight line to zero; `done` is 0..1."""
    for group in optimiser.param_groups:
        group["lr"] = config.rate * min(1.0, (done + 1e-3) / _WARM_UP) * (1 - done)
