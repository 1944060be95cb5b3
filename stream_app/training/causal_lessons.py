"""Texts on cause and effect between the batches of a supervised stage, so that the encoder learns for them as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np
import torch
from torch import Tensor, nn

from stream_app.training.causal_texts import CausalText, causal_loss, chosen, texts_of
from stream_app.training.config import CausalConfig, TrainConfig
from stream_app.training.corpus import Corpus
from stream_app.training.encoder import half_precision
from stream_app.training.fit import Task
from stream_app.training.fusion_task import FusionTask
from stream_app.training.head_fit import batches_of, padded
from stream_app.training.network import FusionNetwork

LESSONS = CausalConfig()
"""Which texts are read, and how they are weighted and batched."""


def lessons_of(corpus: Corpus, config: TrainConfig) -> CausalConfig | None:
    """Return how texts on cause and effect are read in a stage; None where they are not."""
    return LESSONS if config.causes and corpus.causal_train else None


def with_causes(task: FusionTask, corpus: Corpus, config: TrainConfig) -> Task:
    """Return the task with the corpus's texts on cause and effect between its own, as much as they shall count."""
    if lessons_of(corpus, config) is None:
        return task
    texts = texts_of(corpus.tokenizer, chosen(corpus.causal_train, LESSONS))
    return CausalLessons(task, texts, config=config)


class CausalLessons:
    """A task and texts on cause and effect; in its plan, the n-th of those texts is row -1 - n."""

    def __init__(self, task: FusionTask, texts: Sequence[CausalText], *, config: TrainConfig) -> None:
        self._task, self._texts, self._config = task, texts, config

    @property
    def network(self) -> FusionNetwork:
        """The network of the task."""
        return self._task.network

    def plan(self) -> list[tuple[int, list[int]]]:
        """Return the batches as (epoch, rows), each epoch's in random order."""
        return [one for epoch, own in groupby(self._task.plan(), lambda one: one[0]) for one in self._mixed(epoch, own)]

    def _mixed(self, epoch: int, own: Iterable[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
        lengths = [len(text.ids) for text in self._texts]
        lessons = [[-1 - place for place in batch] for batch in batches_of(lengths, LESSONS, epoch)]
        mixed = [*own, *((epoch, batch) for batch in lessons)]
        order = np.random.default_rng([self._config.seed, epoch, len(lessons)]).permutation(len(mixed))
        return [mixed[place] for place in order]

    def loss(self, rows: list[int], epoch: int) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of a batch, and each head's part of it."""
        if rows[0] >= 0:
            return self._task.loss(rows, epoch)
        texts = [self._texts[-1 - row] for row in rows]
        ids = padded([torch.from_numpy(text.ids) for text in texts])
        mask = padded([torch.ones(len(text.ids), dtype=torch.int64) for text in texts])
        with half_precision(wanted=self._config.bf16):
            vectors, _ = self.network.token_vectors(ids, mask)
        loss = self._config.causes * causal_loss(self.network.causal_heads, vectors, texts)
        return loss, {"causes": loss.item()}

    def identity(self) -> bytes:
        """Return what decides the result beside settings and first weights: the task's, and these texts."""
        return self._task.identity() + repr(LESSONS).encode() + b"".join(text.ids.tobytes() for text in self._texts)

    def frozen(self) -> Iterable[nn.Parameter]:
        """Return what never learns."""
        return self._task.frozen()
