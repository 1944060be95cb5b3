"""Trains heads on what a finished encoder says of each token: the encoder stays as it is, and reads each text once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.optim import AdamW

from stream_app.training.config import HeadConfig

_READ_ROWS = 16
_WARM_UP = 0.05


def in_batches(
    lengths: Sequence[int], read: Callable[[list[int]], None], *, report: Callable[[int, int], None]
) -> None:
    """Give all places to `read`, those of like length together; `report` hears how many are done and of how many."""
    order = np.argsort(np.array(lengths), kind="stable").tolist()
    for at in range(0, len(order), _READ_ROWS):
        read(order[at : at + _READ_ROWS])
        report(min(at + _READ_ROWS, len(order)), len(order))


def batches_of(lengths: Sequence[int], config: HeadConfig, epoch: int) -> list[list[int]]:
    """Return the batches of an epoch as places: those of like length together."""
    rng = np.random.default_rng([config.seed, epoch])
    order = np.argsort(np.array(lengths) + rng.uniform(0, config.shuffle_tokens, len(lengths))).tolist()
    batches = [order[at : at + config.batch_rows] for at in range(0, len(order), config.batch_rows)]
    return [batches[place] for place in rng.permutation(len(batches))]


def fit_head(
    head: nn.Module,
    lengths: Sequence[int],
    loss_of: Callable[[list[int], int], Tensor],
    *,
    config: HeadConfig,
    report: Callable[[int, float], None],
) -> None:
    """Train a head in place on rows of these lengths.

    `loss_of` is asked for the loss of some places in an epoch; `report` hears of each epoch's mean loss.
    """
    torch.manual_seed(config.seed)
    optimiser = AdamW(head.parameters(), lr=config.rate, weight_decay=config.weight_decay)
    head.train()
    for epoch in range(config.epochs):
        plan = batches_of(lengths, config, epoch)
        total = 0.0
        for step, places in enumerate(plan):
            _set_rate(optimiser, config, (epoch + step / len(plan)) / config.epochs)
            loss = loss_of(places, epoch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += loss.item()
        report(epoch + 1, total / len(plan))
    head.eval()


def padded(rows: list[Tensor], value: float = 0.0) -> Tensor:
    """Return the rows as one tensor, shorter ones filled up with `value`."""
    return pad_sequence(rows, batch_first=True, padding_value=value)


def _set_rate(optimiser: AdamW, config: HeadConfig, done: float) -> None:
    """Set the rate of a short warm-up and a straight line to zero; `done` is 0..1."""
    for group in optimiser.param_groups:
        group["lr"] = config.rate * min(1.0, (done + 1e-3) / _WARM_UP) * (1 - done)
