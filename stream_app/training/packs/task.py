"""What a run of a pack learns: its heads, by the same loop as the fusion model."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from torch import Tensor, nn

from stream_app.training.batches import epoch_plan
from stream_app.training.config import TrainConfig
from stream_app.training.encoder import half_precision
from stream_app.training.losses import class_loss
from stream_app.training.packs.corpus import PackCorpus
from stream_app.training.packs.network import PackNetwork, frozen
from stream_app.training.packs.pack import Pack
from stream_app.training.packs.rows import PackCollator


class PackTask:
    """A network with its pack and corpus: L = sum over heads of w_h CE_h."""

    def __init__(self, network: PackNetwork, pack: Pack, corpus: PackCorpus, *, config: TrainConfig) -> None:
        self.network = network
        self._pack, self._corpus, self._config = pack, corpus, config
        self._collator = PackCollator(pack, corpus, drop=config.drop_kg)

    def plan(self) -> list[tuple[int, list[int]]]:
        """Return the batches as (epoch, rows)."""
        lengths = np.array([len(row.text) for row in self._corpus.train])
        none = np.zeros(len(lengths), dtype=np.bool_)
        return [
            (epoch, rows)
            for epoch in range(self._config.epochs)
            for rows in epoch_plan(lengths, none, config=self._config, epoch=epoch)
        ]

    def loss(self, rows: list[int], epoch: int) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of a batch, and each head's part of it."""
        rngs = [np.random.default_rng([self._config.seed, epoch, row]) for row in rows]
        batch = self._collator.batch([self._corpus.train[row] for row in rows], rngs)
        with half_precision(wanted=self._config.bf16):
            scores = self.network(batch.inputs)
        smooth = self._config.label_smoothing
        parts = {
            head.name: head.loss * class_loss(scores[head.name], batch.labels[head.name], smooth=smooth)
            for head in self._pack.heads
        }
        whole = sum(parts.values(), next(iter(parts.values())).new_zeros(()))
        return whole, {name: part.item() for name, part in parts.items()}

    def identity(self) -> bytes:
        """Return the pack and the files."""
        return self._pack.model_dump_json().encode() + repr(self._corpus.files).encode()

    def frozen(self) -> Iterable[nn.Parameter]:
        """Return the word vectors, and the layers that the pack leaves as they are."""
        return frozen(self.network, self._pack.encoder)
