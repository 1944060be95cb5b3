"""Texts of other kinds between the batches of a supervised stage: the encoder learns for their heads as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Protocol

import numpy as np
from tokenizers import Tokenizer
from torch import Tensor, nn

from stream_app.training.causal_lesson import CausalLesson
from stream_app.training.config import CausalConfig, StatementConfig, TrainConfig
from stream_app.training.corpus import Corpus
from stream_app.training.fit import Task
from stream_app.training.network import FusionNetwork
from stream_app.training.stated_texts import rows_of, stated_texts
from stream_app.training.statement_lesson import StatementLesson

CAUSES, STATEMENTS = CausalConfig(), StatementConfig()
"""How the texts of each lesson are weighted and batched."""


class FusionLike(Task, Protocol):
    """A task whose network has the heads of the fusion model."""

    @property
    def network(self) -> FusionNetwork: ...  # noqa: D102


class Lesson(Protocol):
    """Texts of one kind, which are known by their places, and what a network loses on them."""

    @property
    def name(self) -> str:
        """What the lesson is called in reports."""
        ...

    def batches(self, epoch: int) -> list[list[int]]:
        """Return an epoch's batches as places."""
        ...

    def loss(self, network: FusionNetwork, places: Sequence[int], epoch: int) -> Tensor:
        """Return what these texts count."""
        ...

    def identity(self) -> bytes:
        """Return what decides the result beside settings and first weights."""
        ...


def causes_of(corpus: Corpus, config: TrainConfig) -> CausalConfig | None:
    """Return how texts on cause and effect are read in a stage; None where they are not."""
    return CAUSES if config.causes and corpus.causal_train else None


def statements_of(config: TrainConfig) -> StatementConfig | None:
    """Return how texts on what is stated of names are read in a stage; None where they are not."""
    return STATEMENTS if config.stated else None


def with_lessons(
    task: FusionLike,
    tokenizer: Tokenizer,
    config: TrainConfig,
    *,
    stated: Path,
    corpus: Corpus | None = None,
) -> Task:
    """Return the task with all lessons that its configuration asks for; the network gets the heads that they need.

    The folder `stated` has texts on what is stated of names, in the network's language; those on cause and effect are
    the `corpus`'s.
    """
    lessons: list[Lesson] = []
    if corpus and (causes := causes_of(corpus, config)):
        lessons.append(CausalLesson(corpus, causes, weight=config.causes, bf16=config.bf16))
    if statements := statements_of(config):
        head = task.network.statement_head or task.network.add_statement_head()
        rows = rows_of(tokenizer, stated_texts(stated, held_out=False))
        lessons.append(StatementLesson(head, rows, statements, reads=config.stated, bf16=config.bf16))
    return WithLessons(task, lessons, seed=config.seed) if lessons else task


class WithLessons:
    """A task with lessons between its batches; place p of the k-th of n lessons is row -1 - (n p + k) of its plan."""

    def __init__(self, task: FusionLike, lessons: Sequence[Lesson], *, seed: int) -> None:
        self._task, self._lessons, self._seed = task, lessons, seed

    @property
    def network(self) -> FusionNetwork:
        """The network of the task."""
        return self._task.network

    def plan(self) -> list[tuple[int, list[int]]]:
        """Return the batches as (epoch, rows), each epoch's in random order."""
        return [one for epoch, own in groupby(self._task.plan(), lambda one: one[0]) for one in self._mixed(epoch, own)]

    def _mixed(self, epoch: int, own: Iterable[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
        several = len(self._lessons)
        batches = [
            [-1 - (several * place + number) for place in batch]
            for number, lesson in enumerate(self._lessons)
            for batch in lesson.batches(epoch)
        ]
        mixed = [*own, *((epoch, batch) for batch in batches)]
        order = np.random.default_rng([self._seed, epoch, len(batches)]).permutation(len(mixed))
        return [mixed[place] for place in order]

    def loss(self, rows: list[int], epoch: int) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of a batch, and each head's part of it."""
        if rows[0] >= 0:
            return self._task.loss(rows, epoch)
        places = [(-1 - row) // len(self._lessons) for row in rows]
        lesson = self._lessons[(-1 - rows[0]) % len(self._lessons)]
        loss = lesson.loss(self.network, places, epoch)
        return loss, {lesson.name: loss.item()}

    def identity(self) -> bytes:
        """Return what decides the result beside settings and first weights: the task's, and these texts."""
        return self._task.identity() + b"".join(lesson.identity() for lesson in self._lessons)

    def frozen(self) -> Iterable[nn.Parameter]:
        """Return what never learns."""
        return self._task.frozen()
