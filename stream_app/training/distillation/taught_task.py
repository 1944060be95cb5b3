"""What a student on an encoder of its own learns: the labels, and what its teachers said of the texts as they stand."""

from __future__ import annotations

import torch
from torch import Tensor

from stream_app.training.batches import Batch
from stream_app.training.checkpoint import tensors_digest
from stream_app.training.config import DistilConfig
from stream_app.training.corpus import Corpus
from stream_app.training.distillation.answers import OF_MENTIONS, Answers, answers_loss, answers_of
from stream_app.training.distillation.texts import without_relevance
from stream_app.training.fusion_task import FusionTask
from stream_app.training.network import FusionNetwork
from stream_app.training.written import SET_NAME as WRITTEN


class TaughtTask(FusionTask):
    """A network, the corpus, and the teachers' answers to each training text; `embeddings` are those of `FusionTask`.

    A name may be exchanged in what the student reads: a teacher's answer goes by the words beside it.
    """

    def __init__(
        self, network: FusionNetwork, corpus: Corpus, embeddings: Tensor, *, told: Answers, config: DistilConfig
    ) -> None:
        super().__init__(network, corpus, embeddings, config=config)
        self._told, self._soft = told, config

    def loss(self, rows: list[int], epoch: int) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of a batch, and each head's part of it.

        Of texts that were written for this project the labels alone count: they are to correct what is believed.
        """
        batch = self._batch(rows, epoch)
        scores, labels, parts = self._judged(batch)
        spans = batch.inputs[2]
        told, slots = self._told_of(batch.rows, spans.shape[1]), spans[..., 1] > spans[..., 0]
        asked = torch.tensor([self._corpus.train[row].set_name != WRITTEN for row in rows])
        soft = answers_loss(_of(answers_of(scores), asked), _of(told, asked), slots[asked], config=self._soft)
        return labels + self._soft.soft * torch.stack(list(soft.values())).sum(), parts

    def _batch(self, rows: list[int], epoch: int) -> Batch:
        return without_relevance(super()._batch(rows, epoch), [self._corpus.train[row] for row in rows])

    def _told_of(self, rows: Tensor, slots: int) -> Answers:
        """Return the answers to these rows, with that many slots."""
        named = self._told._asdict().items()
        return Answers(*(one[rows, :slots] if name in OF_MENTIONS else one[rows] for name, one in named))

    def identity(self) -> bytes:
        """Return what decides the result beside settings and first weights: texts and answers."""
        return super().identity() + tensors_digest(self._told)


def _of(answers: Answers, rows: Tensor) -> Answers:
    return Answers(*(one[rows] for one in answers))
