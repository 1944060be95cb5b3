"""What the graph brings to the mention head, and by what: the served features, vectors of entities, or false vectors.

The encoder stays as it is; gate and head are learned anew for each variant, from the same start and in the same order.
A mention of an entity that a head has never met is made of every linked one: entities are dealt into parts, and each
part is judged by a head that learned from the others' mentions alone, so that met and unmet are the same mentions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import AdamW

from stream_app.knowledge.vectors import EntityVectors
from stream_app.pipeline.tensors import LABELS
from stream_app.research.ablation.mentions import Mentions
from stream_app.training.network import Gate

_VECTOR_LENGTH = 4.0
"""About the length of the served features of a company, so that neither is louder than the other from the start."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What the gate is given of the graph; in the order of the table."""

    name: str
    title: str
    features: bool = False
    vectors: bool = False
    shuffled: bool = False


NOTHING = Variant("nothing", "nothing of the graph")
FEATURES = Variant("features", "features, as served", features=True)
VARIANTS = (
    NOTHING,
    FEATURES,
    Variant("vectors", "vectors alone", vectors=True),
    Variant("both", "features and vectors", features=True, vectors=True),
    Variant("shuffled", "features and others' vectors", features=True, vectors=True, shuffled=True),
)


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """How gate and head are learned; `drop` is the share of mentions that get nothing of the graph in a step."""

    seeds: int = 3
    folds: int = 3
    epochs: int = 4
    batch_rows: int = 128
    rate: float = 5e-4
    weight_decay: float = 0.01
    smoothing: float = 0.05
    drop: float = 0.3


class GatedHead(nn.Module):
    """The mention gate and head of the network, with room for a vector beside the served features."""

    def __init__(self, hidden: int, features: int) -> None:
        super().__init__()
        self.gate = Gate(hidden, features)
        self.head = nn.Sequential(
            nn.LayerNorm(2 * hidden), nn.Linear(2 * hidden, hidden), nn.GELU(), nn.Dropout(0.1),
            nn.Linear(hidden, len(LABELS)),
        )  # fmt: skip

    def forward(self, rows: Mentions, features: Tensor) -> Tensor:
        """Return the logits `[rows, labels]`."""
        found: Tensor = self.head(torch.cat((self.gate(rows.own, features), rows.around), dim=-1)) + rows.added
        return found


def judged(
    mentions: Mentions,
    vectors: EntityVectors,
    variant: Variant,
    *,
    config: HeadConfig,
    report: Callable[[], None],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return whether each dev mention is told right, [seeds, dev mentions], by heads that met its entity in training.

    And the same by heads that did not; of a mention without an entity both are the same. `report` hears of each head.
    """
    parts = _parts(mentions, config.folds)
    dev, train = np.flatnonzero(mentions.dev), np.flatnonzero(~mentions.dev)
    met, unmet = [], []
    for seed in range(config.seeds):
        features = graph_columns(mentions, vectors, variant, seed=seed)
        met.append(_right(mentions, features, rows=(train, dev), config=config, seed=seed))
        report()
        found = met[-1].copy()
        for part in range(config.folds):
            asked = parts[dev] == part
            others = train[parts[train] != part]
            if asked.any():
                rows = (others, dev[asked])
                found[asked] = _right(mentions, features, rows=rows, config=config, seed=seed)
            report()
        unmet.append(found)
    return np.array(met), np.array(unmet)


def _parts(mentions: Mentions, folds: int) -> NDArray[np.int64]:
    """Deal the entities into parts; -1 of a mention without one."""
    known = sorted({one for one in mentions.entities if one is not None})
    dealt = np.random.default_rng(0).permutation(len(known)) % folds
    part = dict(zip(known, dealt.tolist(), strict=True))
    return np.array([-1 if one is None else part[one] for one in mentions.entities], np.int64)


def graph_columns(mentions: Mentions, vectors: EntityVectors, variant: Variant, *, seed: int) -> Tensor:
    """Return what a variant gives the gate of each mention; what it lacks is zero, so that all are of one shape."""
    order = np.random.default_rng(seed).permutation(len(vectors.entities)) if variant.shuffled else None
    place = {entity: at for at, entity in enumerate(vectors.entities)}
    unit = _VECTOR_LENGTH * (vectors.unit() if order is None else vectors.unit()[order])
    table = np.concatenate((unit, np.zeros((1, vectors.size), np.float32)))
    rows = [place.get(entity or "", len(unit)) for entity in mentions.entities]
    beside = torch.from_numpy(table[rows]) * variant.vectors
    return torch.cat((mentions.graph * variant.features, beside), dim=1)


def _right(
    mentions: Mentions,
    features: Tensor,
    *,
    rows: tuple[NDArray[np.int64], NDArray[np.int64]],
    config: HeadConfig,
    seed: int,
) -> NDArray[np.bool_]:
    """Learn from the first rows and return which of the second are told right."""
    learned, asked = (mentions.chosen(one) for one in rows)
    head = _learn(learned, features[torch.from_numpy(rows[0])], config, seed=seed)
    with torch.inference_mode():
        logits = head(asked, _with_context(asked, features[torch.from_numpy(rows[1])]))
    found: NDArray[np.bool_] = (logits.argmax(1) == asked.labels).numpy()
    return found


def _with_context(mentions: Mentions, features: Tensor) -> Tensor:
    return torch.cat((features, mentions.context), dim=1)


def _learn(mentions: Mentions, features: Tensor, config: HeadConfig, *, seed: int) -> GatedHead:
    torch.manual_seed(seed)
    head = GatedHead(mentions.own.shape[1], features.shape[1] + mentions.context.shape[1])
    optimiser = AdamW(head.parameters(), lr=config.rate, weight_decay=config.weight_decay)
    rng = np.random.default_rng(seed)
    plan = [rows for _ in range(config.epochs) for rows in _batches(rng, len(features), config.batch_rows)]
    for step, rows in enumerate(plan):
        for group in optimiser.param_groups:
            group["lr"] = config.rate * (1 - step / len(plan))
        part = mentions.chosen(rows)
        kept = torch.from_numpy(rng.random((len(rows), 1)) >= config.drop).float()
        logits = head(part, _with_context(part, features[torch.from_numpy(rows)] * kept))
        loss = functional.cross_entropy(logits, part.labels, label_smoothing=config.smoothing)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return head.eval()


def _batches(rng: np.random.Generator, count: int, size: int) -> Sequence[NDArray[np.int64]]:
    return np.array_split(rng.permutation(count), -(-count // size))
