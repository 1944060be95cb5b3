"""Labelled texts of a pack into tensors: tokens, graph features, spans, and a label for each head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Encoding
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from stream_app.pipeline.text import normalise_for_model
from stream_app.training.batches import NO_LABEL, token_span
from stream_app.training.packs.bio import NO_TAG, bio_tags
from stream_app.training.packs.corpus import PackCorpus
from stream_app.training.packs.labelled import Labelled
from stream_app.training.packs.pack import Head, Pack


@dataclass(frozen=True, slots=True)
class PackInputs:
    """Padded rows; `graph` `[batch, T, features]`; `spans` `[batch, slots, 2]`, by mention head, are tokens."""

    ids: Tensor
    mask: Tensor
    graph: Tensor
    spans: dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class PackBatch:
    """Rows with their labels by head; `tokens` are the characters of each row's tokens."""

    inputs: PackInputs
    labels: dict[str, Tensor]
    tokens: list[NDArray[np.int32]]


class PackCollator:
    """Makes batches; `drop` is the chance with which a term is read as if the graph did not know it."""

    def __init__(self, pack: Pack, corpus: PackCorpus, *, drop: float = 0.0) -> None:
        self._pack, self._corpus, self._drop = pack, corpus, drop

    def batch(self, rows: Sequence[Labelled], rngs: Sequence[np.random.Generator] | None = None) -> PackBatch:
        """Return the batch of these texts, each with its source of chance; None changes nothing."""
        encodings = self._corpus.tokenizer.encode_batch([normalise_for_model(row.text) for row in rows])
        tokens = [np.array(one.offsets, dtype=np.int32).reshape(-1, 2) for one in encodings]
        graph = [
            self._graph(row.text, part, rngs[at] if rngs else None)
            for at, (row, part) in enumerate(zip(rows, tokens, strict=True))
        ]
        spans = {
            head.name: _padded([_spans(row, head, encoding) for row, encoding in zip(rows, encodings, strict=True)])
            for head in self._pack.heads
            if head.kind == "mention"
        }
        inputs = PackInputs(
            ids=_padded([torch.tensor(one.ids) for one in encodings]),
            mask=_padded([torch.tensor(one.attention_mask) for one in encodings]),
            graph=_padded(graph),
            spans=spans,
        )
        labels = {head.name: self._labels(head, rows, tokens) for head in self._pack.heads}
        return PackBatch(inputs, labels, tokens)

    def _graph(self, text: str, tokens: NDArray[np.int32], rng: np.random.Generator | None) -> Tensor:
        graph = self._corpus.graph
        most = len(text)
        known = np.ones(most, dtype=bool) if rng is None else rng.random(most) >= self._drop
        return torch.from_numpy(graph.features(normalise_for_model(text), tokens, known=known))

    def _labels(self, head: Head, rows: Sequence[Labelled], tokens: Sequence[NDArray[np.int32]]) -> Tensor:
        classes = self._corpus.classes[head.name]
        if head.kind == "document":
            given = [row.classes.get(head.name) for row in rows]
            return torch.tensor([NO_LABEL if one is None else classes.index(one) for one in given])
        if head.kind == "mention":
            marks = [[classes.index(one.label) for one in row.spans.get(head.name, ())] for row in rows]
            return _padded([torch.tensor(one, dtype=torch.int64) for one in marks], NO_LABEL)
        return _padded(
            [torch.from_numpy(_tags(head, row, part)) for row, part in zip(rows, tokens, strict=True)], NO_TAG
        )


def _tags(head: Head, row: Labelled, tokens: NDArray[np.int32]) -> NDArray[np.int64]:
    if head.name not in row.spans:
        return np.full(len(tokens), NO_TAG, dtype=np.int64)
    return bio_tags(row.spans[head.name], tokens, head.classes)


def _spans(row: Labelled, head: Head, encoding: Encoding) -> Tensor:
    spans = [token_span(encoding.offsets, one.start, one.end) for one in row.spans.get(head.name, ())]
    return torch.tensor(spans, dtype=torch.int64).reshape(-1, 2)


def _padded(rows: list[Tensor], value: float = 0.0) -> Tensor:
    return pad_sequence(rows, batch_first=True, padding_value=value)
