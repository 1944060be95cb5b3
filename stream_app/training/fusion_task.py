"""What a run of the fusion model learns: all its heads, from the corpus of the finance pack."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import numpy as np
from torch import Tensor, nn

from stream_app.training.batches import Batch, Collator, epoch_plan
from stream_app.training.config import TrainConfig
from stream_app.training.corpus import LARGE_SET, Corpus
from stream_app.training.encoder import half_precision
from stream_app.training.examples import HEADLINES
from stream_app.training.losses import total_loss
from stream_app.training.network import FusionNetwork, Scores


class FusionTask:
    """A network with its corpus; `teacher` `[train, hidden]` are the untrained encoder's embeddings."""

    def __init__(self, network: FusionNetwork, corpus: Corpus, teacher: Tensor, *, config: TrainConfig) -> None:
        headlines = [example for example in corpus.train if example.set_name == HEADLINES]
        self.network = network
        self._corpus, self._teacher, self._config = corpus, teacher, config
        self._collator = Collator(
            corpus.tokenizer, corpus.gazetteer, topics=corpus.topics, config=config, headlines=headlines
        )

    def plan(self) -> list[tuple[int, list[int]]]:
        """Return the batches as (epoch, rows)."""
        lengths = np.array([len(example.text) for example in self._corpus.train])
        large = np.array([example.set_name == LARGE_SET for example in self._corpus.train])
        return [
            (epoch, rows)
            for epoch in range(self._config.epochs)
            for rows in epoch_plan(lengths, large, config=self._config, epoch=epoch)
        ]

    def loss(self, rows: list[int], epoch: int) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of a batch, and each head's part of it."""
        _, loss, parts = self._judged(self._batch(rows, epoch))
        return loss, parts

    def _batch(self, rows: list[int], epoch: int) -> Batch:
        return self._collator.batch([self._corpus.train[row] for row in rows], rows, epoch)

    def _judged(self, batch: Batch) -> tuple[Scores, Tensor, dict[str, float]]:
        """Return what the network says of a batch, and its loss by the labels."""
        with half_precision(wanted=self._config.bf16):
            scores = self.network(*batch.inputs)
        return scores, *total_loss(scores, batch, teacher=self._teacher[batch.rows].float(), config=self._config)

    def identity(self) -> bytes:
        """Return files, names, and all that is trained on, which corrections are part of."""
        texts = sha256(repr(self._corpus.train).encode()).digest()
        return repr(self._corpus.files).encode() + "\n".join(self._corpus.gazetteer.names).encode() + texts

    def frozen(self) -> Iterable[nn.Parameter]:
        """Return what never learns: nothing that `learn` does not say."""
        return ()
