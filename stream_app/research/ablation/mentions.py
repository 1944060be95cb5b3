"""Labelled mentions as the mention head sees them, read once from an encoder that stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stream_app.pipeline.tensors import LABELS
from stream_app.training.batches import Collator
from stream_app.training.corpus import Corpus
from stream_app.training.examples import Example
from stream_app.training.network import FusionNetwork, span_mask
from stream_app.training.split import is_dev

_READ_ROWS = 32
View = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]
"""Of token ids, mask and spans: the mentions' own vectors, what is around them, and the additive part's logits."""


@dataclass(frozen=True, slots=True, eq=False)
class Mentions:
    """One row for each labelled mention; `texts` numbers the text it is from, `entities` is None where not linked.

    `own` and `around` are [rows, hidden], `added` [rows, labels], `graph` and `context` the served features.
    """

    own: Tensor
    around: Tensor
    added: Tensor
    graph: Tensor
    context: Tensor
    labels: Tensor
    texts: NDArray[np.int64]
    entities: tuple[str | None, ...]
    dev: NDArray[np.bool_]

    def chosen(self, rows: NDArray[np.int64]) -> Mentions:
        """Return these rows alone."""
        kept = torch.from_numpy(rows)
        tensors = {name: getattr(self, name)[kept] for name in _TENSORS}
        entities = tuple(self.entities[row] for row in rows.tolist())
        return replace(self, **tensors, texts=self.texts[rows], entities=entities, dev=self.dev[rows])


_TENSORS = ("own", "around", "added", "graph", "context", "labels")


def read_mentions(view: View, corpus: Corpus, *, report: Callable[[int, int], None]) -> Mentions:
    """Return the mentions that a person labelled, of training and dev texts; `report` hears of texts done and of all.

    `view` is computed without gradients.
    """
    collator = Collator(corpus.tokenizer, corpus.gazetteer, topics=corpus.topics)
    examples = [one for one in (*corpus.train, *corpus.dev) if _labelled(one)]
    order = sorted(range(len(examples)), key=lambda place: len(examples[place].text))
    parts: list[Mentions] = []
    for at in range(0, len(order), _READ_ROWS):
        places = order[at : at + _READ_ROWS]
        parts.append(_read(view, corpus, collator, rows=[(place, examples[place]) for place in places]))
        report(min(at + _READ_ROWS, len(order)), len(order))
    whole = _joined(parts)
    return whole.chosen(np.argsort(whole.texts, kind="stable"))


def _labelled(example: Example) -> list[int]:
    return [slot for slot, one in enumerate(example.mentions) if one.label is not None and not one.weak]


def _read(view: View, corpus: Corpus, collator: Collator, *, rows: Sequence[tuple[int, Example]]) -> Mentions:
    examples = [example for _, example in rows]
    batch = collator.batch(examples, list(range(len(examples))))
    ids, mask, spans, graph, context = batch.inputs
    with torch.inference_mode():
        own, around, added = view(ids, mask, spans)
    kept = [(row, slot) for row, example in enumerate(examples) for slot in _labelled(example)]
    row, slot = (torch.tensor(one) for one in zip(*kept, strict=True))
    found = [corpus.gazetteer.resolve(_surface(examples[at], place)) for at, place in kept]
    return Mentions(
        own=own[row, slot].clone(),
        around=around[row, slot].clone(),
        added=added[row, slot].clone(),
        graph=graph[row, slot],
        context=context[row],
        labels=batch.mention[row, slot],
        texts=np.array([rows[at][0] for at, _ in kept], np.int64),
        entities=tuple(one.id if one else None for one in found),
        dev=np.array([is_dev(examples[at].text) for at, _ in kept]),
    )


def _surface(example: Example, slot: int) -> str:
    mention = example.mentions[slot]
    return example.text[mention.start : mention.end]


def _joined(parts: Sequence[Mentions]) -> Mentions:
    return Mentions(
        **{name: torch.cat([getattr(part, name) for part in parts]) for name in _TENSORS},
        texts=np.concatenate([part.texts for part in parts]),
        entities=tuple(entity for part in parts for entity in part.entities),
        dev=np.concatenate([part.dev for part in parts]),
    )


def trained_view(network: FusionNetwork) -> View:
    """Return what a finished run's mention head is given, before its gate."""
    network.eval()

    def view(ids: Tensor, mask: Tensor, spans: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        _, tokens = network.token_vectors(ids, mask)
        own = _means(tokens, span_mask(spans, tokens.shape[1]))
        weights = network.mention_pool(network.mention_query(own), tokens, mask.to(tokens.dtype))
        parts = weights[..., None] * network.mention_token(tokens)[:, None]
        return own, weights @ tokens, parts.sum(2)

    return view


def untrained_view(encoder: nn.Module) -> View:
    """Return what an encoder that was never tuned says: the mean of the mention and that of the text."""
    encoder.eval()

    def view(ids: Tensor, mask: Tensor, spans: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        tokens = encoder(ids, attention_mask=mask).last_hidden_state
        own = _means(tokens, span_mask(spans, tokens.shape[1]))
        around = _means(tokens, mask[:, None, :].bool()).expand(-1, spans.shape[1], -1)
        return own, around, torch.zeros(*spans.shape[:2], len(LABELS))

    return view


def _means(tokens: Tensor, inside: Tensor) -> Tensor:
    """Return `[batch, slots, hidden]`: the mean vector of the tokens of each mask `[batch, slots, T]`."""
    weights = inside.to(tokens.dtype)
    mean: Tensor = (weights @ tokens) / weights.sum(-1, keepdim=True).clamp(min=1.0)
    return mean
