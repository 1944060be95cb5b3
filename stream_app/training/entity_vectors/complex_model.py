"""ComplEx (Trouillon et al. 2016): entities and relations as vectors of complex numbers.

A statement's score is Re(Σ_k s_k r_k conj(t_k)), which may differ from that of the statement turned round, as that
of `supplies` does. Each relation has a second vector for the question turned round (Lacroix, Usunier and Obozinski
2018), so that sources are asked for as targets are. They are learned by cross-entropy of the right entity against n
negatives a batch, drawn from all E entities, whose scores get log(E / n) added, so that they stand for all (Jean et al.
2015), with N3 regularisation λ Σ_k |s_k|³ + |r_k|³ + |t_k|³ (Lacroix et al.).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Adagrad

from stream_app.training.entity_vectors.statements import Integers, Statements

_START = 0.1


@dataclass(frozen=True, slots=True)
class VectorConfig:
    """Hyperparameters; `rank` counts complex numbers, each of which is two numbers of a vector."""

    rank: int = 32
    epochs: int = 25
    batch_rows: int = 512
    negatives: int = 512
    rate: float = 0.1
    regularisation: float = 0.1
    seed: int = 7


class ComplexModel(nn.Module):
    """Real parts first, imaginary ones after; relation `n + relations` asks for the source instead."""

    def __init__(self, entities: int, relations: int, rank: int) -> None:
        super().__init__()
        self.relations = relations
        self.entity = nn.Parameter(_START * torch.randn(entities, 2 * rank))
        self.relation = nn.Parameter(_START * torch.randn(2 * relations, 2 * rank))

    def forward(self, known: Tensor, asked: Tensor) -> Tensor:
        """Return each question turned into the vector whose product with an answer's is the statement's score."""
        real, imaginary = self.entity[known].chunk(2, dim=-1)
        by_real, by_imaginary = self.relation[asked].chunk(2, dim=-1)
        return torch.cat((real * by_real - imaginary * by_imaginary, real * by_imaginary + imaginary * by_real), -1)


def questions(rows: Integers, relations: int) -> Integers:
    """Return each statement as two questions, [2 * rows, 3]: what is known, what is asked, the answer."""
    source, relation, target = rows.T
    forward = np.stack((source, relation, target), axis=1)
    return np.concatenate((forward, np.stack((target, relation + relations, source), axis=1)))


def learn(
    statements: Statements, rows: Integers, config: VectorConfig, *, report: Callable[[int, float], None]
) -> ComplexModel:
    """Return the model of these statements; `report` hears of each epoch's mean loss. One seed gives one model."""
    torch.manual_seed(config.seed)
    model = ComplexModel(len(statements.entities), len(statements.relations), config.rank)
    asked = torch.from_numpy(questions(rows, model.relations))
    optimiser = Adagrad(model.parameters(), lr=config.rate)
    rng = np.random.default_rng(config.seed)
    for epoch in range(config.epochs):
        total = 0.0
        for places in np.array_split(rng.permutation(len(asked)), -(-len(asked) // config.batch_rows)):
            negatives = torch.from_numpy(rng.integers(len(statements.entities), size=config.negatives))
            loss = _loss(model, asked[torch.from_numpy(places)], negatives, regularisation=config.regularisation)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += loss.item() * len(places)
        report(epoch + 1, total / len(asked))
    return model.eval()


def _loss(model: ComplexModel, asked: Tensor, negatives: Tensor, *, regularisation: float) -> Tensor:
    known, relation, answers = asked.T
    turned, right = model(known, relation), model.entity[answers]
    others = turned @ model.entity[negatives].T + math.log(len(model.entity) / len(negatives))
    others = others.masked_fill(answers[:, None] == negatives, -torch.inf)
    scores = torch.cat(((turned * right).sum(-1, keepdim=True), others), dim=1)
    sizes = sum(_sizes(vectors).pow(3).sum() for vectors in (model.entity[known], model.relation[relation], right))
    return -torch.log_softmax(scores, dim=1)[:, 0].mean() + regularisation * sizes / len(asked)


def _sizes(vectors: Tensor) -> Tensor:
    """Return the sizes of the complex numbers, which have a gradient at zero, too."""
    real, imaginary = vectors.chunk(2, dim=-1)
    return (real.square() + imaginary.square() + 1e-12).sqrt()


def score_all(model: ComplexModel, asked: Integers) -> NDArray[np.float32]:
    """Return the scores of all entities as answers, [questions, entities]."""
    with torch.inference_mode():
        scores = model(torch.from_numpy(asked[:, 0]), torch.from_numpy(asked[:, 1])) @ model.entity.T
    found: NDArray[np.float32] = scores.numpy()
    return found
