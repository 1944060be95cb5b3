"""Examples into tensors: tokens, spans and features, and which example comes when.

Everything random here is drawn from (seed, epoch, example), never from a running state, so that a run
which was interrupted continues as if it had not been.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from stream_app.pipeline.features import context_features, kg_features
from stream_app.pipeline.tensors import CONTEXT_FEATURES, KG_FEATURES
from stream_app.pipeline.text import normalise_for_model
from stream_app.pipeline.vocabulary import read_texts
from stream_app.pipeline.windows import Tokens
from stream_app.training.augment import join, rename
from stream_app.training.config import TrainConfig
from stream_app.training.examples import HEADLINES, Example
from stream_app.training.gazetteer import Gazetteer
from stream_app.training.noise import misspelt, with_chatter

NO_LABEL = -100
_CHUNK_BATCHES = 50
_LEAST_CONFIDENCE = 0.6
_REACH_SHARE = 0.3
_MOST_REACH = 16.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded rows and their labels; `NO_LABEL` where there is none, relevance NaN.

    A name beyond the last token that is read has no words, and so no labels.
    """

    inputs: tuple[Tensor, ...]
    rows: Tensor
    document: Tensor
    document_weak: Tensor
    mention: Tensor
    mention_weak: Tensor
    relevance: Tensor
    topic: Tensor
    renamed: Tensor


class Collator:
    """Makes batches of examples; with `config` None none is changed, as in evaluation and serving."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        gazetteer: Gazetteer,
        *,
        topics: Sequence[str],
        config: TrainConfig | None = None,
        headlines: Sequence[Example] = (),
    ) -> None:
        """`headlines` are those that others may be joined with."""
        self._tokenizer, self._gazetteer, self._config = tokenizer, gazetteer, config
        self._headlines = headlines
        self._topic = {name: place for place, name in enumerate(topics)}

    def batch(self, examples: Sequence[Example], rows: Sequence[int], epoch: int = 0) -> Batch:
        """Return the batch of these examples, of which `rows` are the numbers in the whole set."""
        rngs = [np.random.default_rng([self._config.seed if self._config else 0, epoch, row]) for row in rows]
        changed = [self._changed(example, rng) for example, rng in zip(examples, rngs, strict=True)]
        read = read_texts(self._tokenizer, [normalise_for_model(example.text) for example in changed])
        length = max(map(len, read))
        slots = max(1, *(len(example.mentions) for example in changed))
        inputs = (
            _stack([_padded(tokens.ids, length) for tokens in read]),
            _stack([_padded(np.ones_like(tokens.ids), length) for tokens in read]),
            _stack([_spans(*pair, slots) for pair in zip(changed, read, strict=True)]),
            _stack([self._kg(example, slots, rng) for example, rng in zip(changed, rngs, strict=True)]),
            _stack([self._context(example, rng) for example, rng in zip(changed, rngs, strict=True)]),
        )
        renamed = [before.text != after.text for before, after in zip(examples, changed, strict=True)]
        labels = self._labels(changed, slots)
        unread = inputs[2][..., 0] >= inputs[2][..., 1]
        labels["mention"].masked_fill_(unread, NO_LABEL)
        labels["relevance"].masked_fill_(unread, torch.nan)
        return Batch(inputs, torch.tensor(rows), renamed=torch.tensor(renamed), **labels)

    def _changed(self, example: Example, rng: np.random.Generator) -> Example:
        if self._config is None:
            return example
        if example.set_name == HEADLINES and self._headlines and rng.random() < self._config.join:
            example = join(example, self._headlines[int(rng.integers(len(self._headlines)))], rng)
        example = rename(
            example, self._gazetteer.names, chance=self._config.rename, rng=rng, stays=self._gazetteer.is_no_company
        )
        # nothing is drawn for what is not asked for, so that other recipes read what they always read
        if self._config.typos and rng.random() < self._config.typos:
            example = misspelt(example, rng)
        if self._config.chatter and rng.random() < self._config.chatter:
            example = with_chatter(example, rng)
        return example

    def _kg(self, example: Example, slots: int, rng: np.random.Generator) -> NDArray[np.float32]:
        features = np.zeros((slots, KG_FEATURES), dtype=np.float32)
        for slot, mention in enumerate(example.mentions):
            entity = self._gazetteer.resolve(example.text[mention.start : mention.end])
            if self._config is None:
                features[slot] = kg_features(entity, 1.0)
            elif rng.random() >= self._config.drop_kg:
                features[slot] = kg_features(entity, float(rng.uniform(_LEAST_CONFIDENCE, 1.0)))
        return features

    def _context(self, example: Example, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the features; no set tells reach, so some rows get a random one, which teaches to ignore it."""
        counts: list[int | None] = [None] * 4
        if self._config is not None:
            if rng.random() < self._config.drop_context:
                return np.zeros(CONTEXT_FEATURES, dtype=np.float32)
            counts = [int(np.exp(rng.uniform(0, _MOST_REACH))) if rng.random() < _REACH_SHARE else None for _ in counts]
        followers, likes, reposts, replies = counts
        return context_features(example.source_kind, followers=followers, likes=likes, reposts=reposts, replies=replies)

    def _labels(self, examples: Sequence[Example], slots: int) -> dict[str, Tensor]:
        mentions = [list(example.mentions) + [None] * (slots - len(example.mentions)) for example in examples]
        relevance = [[float(one.salient) if one else float("nan") for one in row] for row in mentions]
        topics = [self._topic[one.topic] if one.topic else NO_LABEL for one in examples]
        return {
            "document": torch.tensor([_label(one.document) for one in examples]),
            "document_weak": torch.tensor([one.weak for one in examples]),
            "mention": torch.tensor([[_label(one.label if one else None) for one in row] for row in mentions]),
            "mention_weak": torch.tensor([[bool(one and one.weak) for one in row] for row in mentions]),
            "relevance": torch.tensor(relevance),
            "topic": torch.tensor(topics),
        }


def epoch_plan(
    lengths: NDArray[np.int64], large: NDArray[np.bool_], *, config: TrainConfig, epoch: int
) -> list[list[int]]:
    """Return the batches of an epoch as row numbers: rows of like length together, all else in random order.

    Of the rows marked `large`, `topic_share` take part.
    """
    rng = np.random.default_rng([config.seed, epoch])
    rows = rng.permutation(np.flatnonzero(~large | (rng.random(len(large)) < config.topic_share)))
    chunk = _CHUNK_BATCHES * config.batch_rows
    batches: list[list[int]] = []
    for start in range(0, len(rows), chunk):
        part = rows[start : start + chunk]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[at : at + config.batch_rows].tolist() for at in range(0, len(part), config.batch_rows)]
    return [batches[place] for place in rng.permutation(len(batches))]


def token_span(spans: Iterable[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Return the tokens [first, last) that touch the characters [start, end); (0, 0) where there are none."""
    inside = [place for place, (left, right) in enumerate(spans) if left < end and start < right]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _label(label: int | None) -> int:
    return NO_LABEL if label is None else label


def _padded(values: NDArray[np.int32], length: int) -> NDArray[np.int32]:
    return np.pad(values, (0, length - len(values)))


def _spans(example: Example, tokens: Tokens, slots: int) -> NDArray[np.int32]:
    spans = [token_span(tokens.spans.tolist(), one.start, one.end) for one in example.mentions]
    return np.array(spans + [(0, 0)] * (slots - len(spans)), dtype=np.int32).reshape(slots, 2)


def _stack(rows: list[NDArray[np.generic]] | list[NDArray[np.int32]] | list[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(rows))
