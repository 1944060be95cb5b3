"""Trains heads on what a finished encoder says of each token: the encoder stays as it is, and reads each text once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.optim import AdamW

from stream_app.training.config import HeadConfig
from stream_app.training.network import FusionNetwork

_READ_ROWS = 16
_WARM_UP = 0.05


def read_vectors(
    network: FusionNetwork, texts: Sequence[NDArray[np.int32 | np.int64]], *, report: Callable[[int, int], None]
) -> list[NDArray[np.float16]]:
    """Return what the encoder says of texts, tokens' ids `[T]` each: `[2, T, hidden]`, of both layers that are read.

    Texts of like length are read together; `report` hears how many are done and of how many.
    """
    found: dict[int, NDArray[np.float16]] = {}
    network.eval()
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for at in range(0, len(order), _READ_ROWS):
        places = order[at : at + _READ_ROWS]
        with torch.inference_mode():
            vectors = network.token_vectors(*padded_ids([texts[place] for place in places]))
        layers = torch.stack(vectors, dim=1).half().numpy()
        found |= {place: own[:, : len(texts[place])] for place, own in zip(places, layers, strict=True)}
        report(len(found), len(order))
    return [found[place] for place in range(len(texts))]


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


def padded_ids(texts: Sequence[NDArray[np.int32 | np.int64]]) -> tuple[Tensor, Tensor]:
    """Return token ids and mask `[batch, T]` of texts, tokens' ids `[T]` each, as an encoder takes them."""
    ids = padded([torch.from_numpy(text.astype(np.int64)) for text in texts])
    return ids, padded([torch.ones(len(text), dtype=torch.int64) for text in texts])


def _set_rate(optimiser: AdamW, config: HeadConfig, done: float) -> None:
    """Set the rate of a short warm-up and a straight line to zero; `done` is 0..1."""
    for group in optimiser.param_groups:
        group["lr"] = config.rate * min(1.0, (done + 1e-3) / _WARM_UP) * (1 - done)
