"""Trains the causal heads on what a finished encoder says of each token, which stays as it is.

No other head can get worse by it, and each text goes through the encoder once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from torch.optim import AdamW

from stream_app.pipeline.text import normalise_for_model
from stream_app.training.causal_examples import FINCAUSAL_DETECT, NO_TAG, CausalExample, tags_of
from stream_app.training.causal_heads import CausalHeads
from stream_app.training.config import CausalConfig
from stream_app.training.network import FusionNetwork

_READ_ROWS = 16
_WARM_UP = 0.05


@dataclass(frozen=True, slots=True)
class CausalRow:
    """A text as the heads see it: `vectors` `[T, hidden]` in half precision; `causal` NaN where nobody says."""

    vectors: NDArray[np.float16]
    tags: NDArray[np.int64]
    causal: float
    weight: float


def chosen(examples: Sequence[CausalExample], config: CausalConfig) -> list[tuple[CausalExample, float]]:
    """Return what is trained on, with weights: of the many texts without a cause a share, which counts for all."""
    rng = np.random.default_rng(config.seed)
    kept = []
    for example in examples:
        plain = example.file == FINCAUSAL_DETECT and not example.causal
        if not example.is_dev and (not plain or rng.random() < config.plain_share):
            finance = 1 / config.plain_share if plain else 1.0
            kept.append((example, finance if example.file == FINCAUSAL_DETECT else config.other_news))
    return kept


def read_rows(
    network: FusionNetwork,
    tokenizer: Tokenizer,
    examples: Sequence[tuple[CausalExample, float]],
    *,
    report: Callable[[int, int], None],
) -> list[CausalRow]:
    """Return the examples, each with its weight, as rows; `report` hears how many are done and of how many."""
    encodings = tokenizer.encode_batch([normalise_for_model(example.text) for example, _ in examples])
    order = sorted(range(len(examples)), key=lambda place: len(encodings[place].ids))
    rows: dict[int, CausalRow] = {}
    network.eval()
    for at in range(0, len(order), _READ_ROWS):
        places = order[at : at + _READ_ROWS]
        ids = _padded([torch.tensor(encodings[place].ids) for place in places])
        mask = _padded([torch.tensor(encodings[place].attention_mask) for place in places])
        with torch.inference_mode():
            vectors = network.token_vectors(ids, mask)[0].half().numpy()
        for place, own in zip(places, vectors, strict=True):
            (example, weight), encoding = examples[place], encodings[place]
            spans = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2)
            tags = tags_of(example, spans) if example.relations else np.full(len(spans), NO_TAG)
            causal = float("nan") if example.causal is None else float(example.causal)
            rows[place] = CausalRow(own[: len(spans)], tags, causal, weight)
        report(len(rows), len(order))
    return [rows[place] for place in range(len(examples))]


def fit_causal(
    heads: CausalHeads, rows: Sequence[CausalRow], *, config: CausalConfig, report: Callable[[int, float], None]
) -> None:
    """Train the heads in place; `report` hears of each epoch's mean loss."""
    torch.manual_seed(config.seed)
    lengths = np.array([len(row.tags) for row in rows])
    optimiser = AdamW(heads.parameters(), lr=config.rate, weight_decay=config.weight_decay)
    heads.train()
    for epoch in range(config.epochs):
        plan = _plan(lengths, config, epoch)
        total = 0.0
        for step, places in enumerate(plan):
            _set_rate(optimiser, config, (epoch + step / len(plan)) / config.epochs)
            loss = causal_loss(heads, [rows[place] for place in places])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += loss.item()
        report(epoch + 1, total / len(plan))
    heads.eval()


def _set_rate(optimiser: AdamW, config: CausalConfig, done: float) -> None:
    """Set the rate of a short warm-up and a straight line to zero; `done` is 0..1."""
    for group in optimiser.param_groups:
        group["lr"] = config.rate * min(1.0, (done + 1e-3) / _WARM_UP) * (1 - done)


def causal_loss(heads: CausalHeads, rows: Sequence[CausalRow]) -> Tensor:
    """Return the two heads' loss: cross-entropy over tokens, and over texts, each text by its weight."""
    vectors = _padded([torch.from_numpy(row.vectors) for row in rows]).float()
    mask = _padded([torch.ones(len(row.tags)) for row in rows])
    tags = _padded([torch.from_numpy(row.tags) for row in rows], NO_TAG)
    odds, scores = heads(vectors, mask)
    labels = torch.tensor([row.causal for row in rows])
    known = ~labels.isnan()
    weights = torch.tensor([row.weight for row in rows])[known]
    each = functional.binary_cross_entropy_with_logits(odds[known], labels[known], reduction="none")
    detection = (each * weights).sum() / weights.sum().clamp(min=1.0)
    tokens = functional.cross_entropy(scores.flatten(0, 1), tags.flatten(), ignore_index=NO_TAG, reduction="sum")
    loss: Tensor = detection + tokens / (tags != NO_TAG).sum().clamp(min=1)
    return loss


def _plan(lengths: NDArray[np.int64], config: CausalConfig, epoch: int) -> list[NDArray[np.int64]]:
    """Return the batches of an epoch: rows of like length together."""
    rng = np.random.default_rng([config.seed, epoch])
    order = np.argsort(lengths + rng.uniform(0, config.shuffle_tokens, len(lengths)))
    batches = [order[at : at + config.batch_rows] for at in range(0, len(order), config.batch_rows)]
    return [batches[place] for place in rng.permutation(len(batches))]


def _padded(rows: list[Tensor], value: float = 0.0) -> Tensor:
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=value)
