"""Texts on cause and effect as a lesson between the batches of a supervised stage."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from stream_app.training.causal_texts import causal_loss, chosen, texts_of
from stream_app.training.config import CausalConfig
from stream_app.training.corpus import Corpus
from stream_app.training.encoder import half_precision
from stream_app.training.head_fit import batches_of, padded_ids
from stream_app.training.network import FusionNetwork


class CausalLesson:
    """The corpus's texts on cause and effect; `weight` is how much they count."""

    name = "causes"

    def __init__(self, corpus: Corpus, config: CausalConfig, *, weight: float, bf16: bool) -> None:
        self._texts = texts_of(corpus.tokenizer, chosen(corpus.causal_train, config))
        self._config, self._weight, self._bf16 = config, weight, bf16

    def batches(self, epoch: int) -> list[list[int]]:
        """Return an epoch's batches as places."""
        return batches_of([len(text.ids) for text in self._texts], self._config, epoch)

    def loss(self, network: FusionNetwork, places: Sequence[int], epoch: int) -> Tensor:  # noqa: ARG002  (each the same)
        """Return both heads' loss on these texts, by the lesson's weight."""
        texts = [self._texts[place] for place in places]
        with half_precision(wanted=self._bf16):
            vectors, _ = network.token_vectors(*padded_ids([text.ids for text in texts]))
        return self._weight * causal_loss(network.causal_heads, vectors, texts)

    def identity(self) -> bytes:
        """Return what decides the result beside settings and first weights."""
        return repr(self._config).encode() + b"".join(text.ids.tobytes() for text in self._texts)
