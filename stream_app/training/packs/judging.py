"""What a pack's network says of texts, and how that compares with their labels: figures as for the fusion model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from stream_app.training.batches import NO_LABEL
from stream_app.training.judged import Judged
from stream_app.training.packs.corpus import PackCorpus
from stream_app.training.packs.labelled import Labelled
from stream_app.training.packs.network import PackNetwork
from stream_app.training.packs.pack import Pack
from stream_app.training.packs.rows import PackBatch, PackCollator
from stream_app.training.split import fold_of
from stream_app.training.temperature import Labels, Probabilities

_ROWS = 32
SWITCH = 0.0
"""What entering or leaving a span costs: nothing, since terms are a word or two."""


def judge(network: PackNetwork, pack: Pack, corpus: PackCorpus, *, texts: Sequence[Labelled]) -> dict[str, Judged]:
    """Return each head's probabilities at temperature 1 beside the labels, for the heads that have any there."""
    found: dict[str, list[tuple[Probabilities, Labels, int]]] = {head.name: [] for head in pack.heads}
    collator = PackCollator(pack, corpus)
    for at in range(0, len(texts), _ROWS):
        rows = texts[at : at + _ROWS]
        batch = collator.batch(rows)
        for name, probabilities in read(network, batch).items():
            labels = batch.labels[name].numpy().reshape(len(rows), -1)
            for row, own, said in zip(rows, labels, probabilities, strict=True):
                there = own != NO_LABEL
                found[name].append((said.reshape(len(own), -1)[there], own[there], fold_of(row.text)))
    return {
        head.name: _judged(found[head.name], head.classes if head.kind == "tokens" else None)
        for head in pack.heads
        if any(len(labels) for _, labels, _ in found[head.name])
    }


def read(network: PackNetwork, batch: PackBatch) -> dict[str, Probabilities]:
    """Return each head's probabilities at temperature 1; the last axis has the classes."""
    network.eval()
    with torch.inference_mode():
        scores = network(batch.inputs)
    return {name: torch.softmax(one.double(), dim=-1).numpy() for name, one in scores.items()}


def _judged(found: Sequence[tuple[Probabilities, Labels, int]], tags: tuple[str, ...] | None) -> Judged:
    lengths = tuple(len(labels) for _, labels, _ in found)
    judged = Judged(
        np.concatenate([probabilities for probabilities, _, _ in found]),
        np.concatenate([labels for _, labels, _ in found]),
        np.repeat([fold for _, _, fold in found], lengths),
    )
    return judged if tags is None else Judged(judged.probabilities, judged.labels, judged.fold, lengths, tags, SWITCH)
