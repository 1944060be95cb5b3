"""Trains the head on what a text states of each name, on a finished encoder, so that no other head can get worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from stream_app.training.batches import NO_LABEL
from stream_app.training.config import StatementConfig
from stream_app.training.head_fit import fit_head, padded, read_vectors
from stream_app.training.network import FusionNetwork, span_mask
from stream_app.training.stated_texts import StatedRow
from stream_app.training.statement_head import StatementHead, Vectors


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A text as the head sees it: `vectors` `[2, T, hidden]` in half precision, of the layers that it reads."""

    vectors: NDArray[np.float16]
    row: StatedRow


def read_rows(
    network: FusionNetwork, rows: Sequence[StatedRow], *, report: Callable[[int, int], None]
) -> list[StatementRow]:
    """Return the texts as the head sees them; `report` hears how many are done and of how many."""
    read = read_vectors(network, [row.ids for row in rows], report=report)
    return [StatementRow(vectors, row) for vectors, row in zip(read, rows, strict=True)]


def fit_statements(
    head: StatementHead,
    rows: Sequence[StatementRow],
    *,
    config: StatementConfig,
    report: Callable[[int, float], None],
) -> None:
    """Train the head in place; `report` hears of each epoch's mean loss."""

    def loss(places: list[int], epoch: int) -> Tensor:
        rng = np.random.default_rng([config.seed, epoch, places[0]])
        asked = [rows[place] for place in places]
        lower, last = padded([torch.from_numpy(one.vectors).transpose(0, 1) for one in asked]).float().unbind(2)
        return loss_of(
            head,
            (lower, last),
            [one.row for one in asked],
            config=config,
            known=lambda: rng.random() >= config.drop_kg,
        )

    fit_head(head, [len(one.row.ids) for one in rows], loss, config=config, report=report)


def loss_of(
    head: StatementHead,
    vectors: Vectors,
    rows: Sequence[StatedRow],
    *,
    config: StatementConfig,
    known: Callable[[], bool] = lambda: True,
) -> Tensor:
    """Return the cross-entropy over all names of texts whose tokens have these vectors `[batch, T, hidden]`.

    `known` tells of each name whether the head learns of what kind it is.
    """
    mask = padded([torch.ones(len(row.ids)) for row in rows])
    spans = padded([torch.from_numpy(row.spans) for row in rows])
    kinds = [torch.stack([torch.from_numpy(kg) * known() for kg in row.kg]) for row in rows]
    labels = padded([torch.from_numpy(row.labels) for row in rows], NO_LABEL)
    said = head(vectors, mask, inside=span_mask(spans, mask.shape[1]), kg=padded(kinds))
    loss: Tensor = functional.cross_entropy(
        said.flatten(0, 1), labels.flatten(), ignore_index=NO_LABEL, label_smoothing=config.label_smoothing
    )
    return loss
