"""What a student learns: the labels where there are any, its teachers' answers to everything, and hidden states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from stream_app.training.batches import Batch
from stream_app.training.checkpoint import tensors_digest
from stream_app.training.config import DistilConfig
from stream_app.training.corpus import Corpus
from stream_app.training.distillation.losses import hidden_loss, mean_scores, soft_loss
from stream_app.training.distillation.student import states_to_learn
from stream_app.training.distillation.texts import without_relevance
from stream_app.training.encoder import half_precision
from stream_app.training.fusion_task import FusionTask
from stream_app.training.losses import total_loss
from stream_app.training.network import FusionNetwork, Scores


class DistilTask(FusionTask):
    """A student with its teachers; hidden states and the embedding are those of the first."""

    def __init__(
        self, student: FusionNetwork, teachers: Sequence[FusionNetwork], corpus: Corpus, *, config: DistilConfig
    ) -> None:
        super().__init__(student, corpus, torch.empty(0), config=config)
        self._teachers, self._soft = [teacher.eval() for teacher in teachers], config
        depths = (len(one.encoder.encoder.layer) for one in (student, teachers[0]))  # type: ignore[union-attr,arg-type]
        self._states = states_to_learn(*depths)

    def loss(self, rows: list[int], epoch: int) -> tuple[Tensor, dict[str, float]]:
        """Return the loss of a batch, and each head's part of it."""
        config = self._soft
        batch = self._batch(rows, epoch)
        told, wanted = self._told(batch)
        ids, mask, *others = batch.inputs
        with half_precision(wanted=config.bf16):
            states = self.network.hidden_states(ids, mask)
            scores = self.network.scores(states, mask, *others)
        labels, _ = total_loss(scores, batch, teacher=told.embedding.float(), config=config)
        soft = soft_loss(scores, told, batch.inputs, config=config)
        hidden = hidden_loss(states, wanted, mask)
        parts = {"labels": labels, **{name: config.soft * part for name, part in soft.items()}}
        parts |= {"hidden": config.hidden * hidden}
        return torch.stack(list(parts.values())).sum(), {name: part.item() for name, part in parts.items()}

    def _batch(self, rows: list[int], epoch: int) -> Batch:
        """Return a batch in which texts without labels have none of relevance either, and every text an embedding."""
        batch = without_relevance(super()._batch(rows, epoch), [self._corpus.train[row] for row in rows])
        return replace(batch, renamed=torch.zeros_like(batch.renamed))

    def _told(self, batch: Batch) -> tuple[Scores, list[Tensor]]:
        """Return the teachers' answers, and those of the first one's hidden states that the student is held to."""
        ids, mask, *others = batch.inputs
        with torch.no_grad(), half_precision(wanted=self._soft.bf16):
            states = [teacher.hidden_states(ids, mask) for teacher in self._teachers]
            said = [one.scores(own, mask, *others) for one, own in zip(self._teachers, states, strict=True)]
        return mean_scores(said), [states[0][place] for place in self._states]

    def identity(self) -> bytes:
        """Return what decides the result beside settings and first weights: texts and teachers."""
        return super().identity() + tensors_digest(one for each in self._teachers for one in each.state_dict().values())

    def frozen(self) -> Iterable[nn.Parameter]:
        """Return the word vectors, as in every other stage."""
        yield self.network.encoder.get_input_embeddings().weight  # type: ignore[operator]
