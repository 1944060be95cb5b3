"""Texts on what is stated of each name as a lesson between the batches of a supervised stage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from stream_app.training.config import StatementConfig
from stream_app.training.encoder import half_precision
from stream_app.training.head_fit import batches_of, padded_ids
from stream_app.training.network import FusionNetwork
from stream_app.training.stated_texts import StatedRow
from stream_app.training.statement_fit import loss_of
from stream_app.training.statement_head import StatementHead


class StatementLesson:
    """Texts that teach a network's head on statements, each read `reads` times in an epoch."""

    name = "statements"

    def __init__(
        self, head: StatementHead, rows: Sequence[StatedRow], config: StatementConfig, *, reads: int, bf16: bool
    ) -> None:
        self._head = head
        self._rows = rows
        self._config, self._reads, self._bf16 = config, reads, bf16

    def batches(self, epoch: int) -> list[list[int]]:
        """Return an epoch's batches as places."""
        lengths = [len(row.ids) for row in self._rows]
        passes = range(epoch * self._reads, (epoch + 1) * self._reads)
        return [batch for one in passes for batch in batches_of(lengths, self._config, one)]

    def loss(self, network: FusionNetwork, places: Sequence[int], epoch: int) -> Tensor:
        """Return the head's loss on these texts, whose names it sometimes knows nothing of."""
        rows = [self._rows[place] for place in places]
        with half_precision(wanted=self._bf16):
            lower, last = network.token_vectors(*padded_ids([row.ids for row in rows]))
        rng = np.random.default_rng([self._config.seed, epoch, *places])
        return loss_of(
            self._head,
            (lower.float(), last.float()),
            rows,
            config=self._config,
            known=lambda: rng.random() >= self._config.drop_kg,
        )

    def identity(self) -> bytes:
        """Return what decides the result beside settings and first weights."""
        return repr(self._config).encode() + b"".join(row.ids.tobytes() + row.labels.tobytes() for row in self._rows)
