"""A small model of the next bar's direction: what was said, into which the market and engagement come by a gate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import AdamW

from stream_app.research.ablation.market_rows import Rows
from stream_app.training.network import Gate

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Variant:
    """Which parts of the input a model is given; in the order of the table."""

    name: str
    title: str
    scores: bool = False
    vectors: bool = False
    market: bool = False
    engagement: bool = False


TEXT = Variant("text", "text: served scores", scores=True)
VARIANTS = (
    TEXT,
    Variant("vectors", "text: served scores and embedding", scores=True, vectors=True),
    Variant("market", "market alone", market=True),
    Variant("engagement", "engagement alone", engagement=True),
    Variant("text_market", "text scores, market", scores=True, market=True),
    Variant("fused", "text scores, market, engagement", scores=True, market=True, engagement=True),
    Variant("fused_vectors", "all, with the embedding", scores=True, vectors=True, market=True, engagement=True),
)


@dataclass(frozen=True, slots=True)
class MarketConfig:
    """How the model is learned; it stops once `patience` epochs brought no lower loss on the days of validation."""

    seeds: int = 5
    hidden: int = 32
    epochs: int = 40
    patience: int = 5
    batch_rows: int = 256
    rate: float = 1e-3
    weight_decay: float = 0.05
    dropout: float = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What a variant is given, [rows, …]; what it lacks is zero, so that all variants have one shape."""

    text: Tensor
    market: Tensor
    missing: Tensor
    engagement: Tensor

    def chosen(self, rows: NDArray[np.int64]) -> Inputs:
        """Return these rows alone."""
        kept = torch.from_numpy(rows)
        return Inputs(self.text[kept], self.market[kept], self.missing[kept], self.engagement[kept])


class FusedDirection(nn.Module):
    """Log-odds that the abnormal return of the bar is above zero; a figure that is missing has a learned value."""

    def __init__(self, inputs: Inputs, config: MarketConfig) -> None:
        super().__init__()
        market, engagement = inputs.market.shape[1], inputs.engagement.shape[1]
        self.unknown = nn.Parameter(torch.zeros(market))
        self.text = nn.Sequential(nn.Linear(inputs.text.shape[1], config.hidden), nn.GELU())
        self.gate = Gate(config.hidden, market + engagement)
        self.head = nn.Sequential(nn.LayerNorm(config.hidden), nn.Dropout(config.dropout), nn.Linear(config.hidden, 1))

    def forward(self, inputs: Inputs) -> Tensor:
        """Return log-odds `[rows]`."""
        market = inputs.market + inputs.missing * self.unknown
        gated = self.gate(self.text(inputs.text), torch.cat((market, inputs.engagement), dim=1))
        found: Tensor = self.head(gated).squeeze(-1)
        return found


def inputs_of(rows: Rows, vectors: Numbers | None, variant: Variant, *, train: NDArray[np.bool_]) -> Inputs:
    """Return the variant's inputs, in units of their deviation on the days of training."""
    embedding = np.zeros((len(rows.up), 0), np.float32) if vectors is None else vectors
    text = np.concatenate((rows.scores * variant.scores, embedding * variant.vectors), axis=1)
    market, engagement = rows.market * variant.market, rows.engagement * variant.engagement
    missing = rows.missing.astype(np.float32) * variant.market
    parts = (_scaled(text, train), _scaled(market, train), missing, _scaled(engagement, train))
    return Inputs(*(torch.from_numpy(part) for part in parts))


def _scaled(values: Numbers, train: NDArray[np.bool_]) -> Numbers:
    spread = values[train].std(axis=0)
    found: Numbers = (values - values[train].mean(axis=0)) / np.where(spread > 0, spread, 1)
    return found.astype(np.float32)


def directions(
    rows: Rows, inputs: Inputs, *, train: NDArray[np.bool_], check: NDArray[np.bool_], config: MarketConfig, seed: int
) -> NDArray[np.float64]:
    """Return each row's probability of an abnormal return above zero; the rows that learn are those of `train`."""
    torch.manual_seed(seed)
    model, up = FusedDirection(inputs, config), torch.from_numpy(rows.up.astype(np.float32))
    optimiser = AdamW(model.parameters(), lr=config.rate, weight_decay=config.weight_decay)
    rng, learned, checked = np.random.default_rng(seed), np.flatnonzero(train), np.flatnonzero(check)
    lowest, kept, since = float("inf"), model.state_dict(), 0
    for _ in range(config.epochs):
        model.train()
        for batch in np.array_split(rng.permutation(learned), -(-len(learned) // config.batch_rows)):
            loss = functional.binary_cross_entropy_with_logits(model(inputs.chosen(batch)), up[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        odds = _odds(model, inputs.chosen(checked))
        now, since = float(functional.binary_cross_entropy_with_logits(odds, up[checked])), since + 1
        if now < lowest:
            lowest, since = now, 0
            kept = {name: value.clone() for name, value in model.state_dict().items()}
        elif since >= config.patience:
            break
    model.load_state_dict(kept)
    found: NDArray[np.float64] = _odds(model, inputs).sigmoid().double().numpy()
    return found


def _odds(model: FusedDirection, inputs: Inputs) -> Tensor:
    model.eval()
    with torch.inference_mode():
        found: Tensor = model(inputs)
    return found
