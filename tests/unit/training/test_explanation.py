"""Explanations held against answers that are known: of a linear score every share, of a planted token its rank."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from stream_app.training.corpus import Corpus
from stream_app.training.encoder import load_encoder
from stream_app.training.explanation.attributions import attributions, gradients, integrated_gradients, toward_positive
from stream_app.training.explanation.checking import check
from stream_app.training.explanation.deletion import SHARES, deletion, has_direction
from stream_app.training.explanation.figures import spearman
from stream_app.training.explanation.targets import HEADS, Head, Target, scores_of, targets
from stream_app.training.network import FusionNetwork


@pytest.fixture(scope="module")
def network(encoder_folder: Path) -> FusionNetwork:
    torch.manual_seed(3)
    encoder = load_encoder(encoder_folder)
    return FusionNetwork(encoder, hidden=encoder.config.hidden_size, topics=2).eval()  # type: ignore[union-attr,arg-type]


@pytest.fixture(scope="module")
def texts(corpus: Corpus) -> Corpus:
    """Return the sets with texts that are long enough to rank their tokens."""
    return replace(corpus, dev=tuple(replace(one, text=f"{one.text} the shares at profit") for one in corpus.dev))


@pytest.mark.parametrize("steps", [1, 7])
def test_linear_score_is_shared_out_exactly(steps: int) -> None:
    weights, start, end = torch.randn(3, 5, 4, dtype=torch.float64).unbind(0)
    found = integrated_gradients(lambda points: (points * weights).sum((1, 2)), start, end, steps=steps)
    assert torch.allclose(found, (weights * (end - start)).sum(-1))


def test_shares_of_a_curved_score_add_up_to_its_change() -> None:
    start, end = torch.randn(2, 6, 3, dtype=torch.float64).unbind(0)

    def score(points: Tensor) -> Tensor:
        return torch.sigmoid(points.sum((1, 2)))

    found = integrated_gradients(score, start, end, steps=200).sum()
    change = score(end[None]) - score(start[None])
    assert float(found) == pytest.approx(float(change), abs=1e-4)


@pytest.mark.parametrize("head", HEADS)
def test_gradients_of_the_network_add_up_and_leave_it_as_it_was(
    network: FusionNetwork, texts: Corpus, head: Head
) -> None:
    target = next(targets(texts, head, most=1, seed=0))
    before = scores_of(network, target, target.inputs).detach()
    found = gradients(network, target, steps=64)
    blank = target.inputs[0].clone()
    blank[:, 1:-1] = 0
    change = toward_positive(before - scores_of(network, target, (blank, *target.inputs[1:]))).detach()
    assert found.sum() == pytest.approx(change.item(), abs=2e-3)
    assert found[[0, -1]] == pytest.approx([0, 0])
    assert torch.equal(scores_of(network, target, target.inputs), before)


@pytest.mark.parametrize("head", HEADS)
def test_evidence_is_the_additive_part_and_attention_sums_to_one(
    network: FusionNetwork, texts: Corpus, head: Head
) -> None:
    target = next(targets(texts, head, most=1, seed=0))
    told = attributions(network, target, np.random.default_rng(0))
    read = network(*target.inputs)
    parts = read.document_parts[0] if head == "document" else read.mention_parts[0, 0]
    assert told["evidence"].sum() == pytest.approx(toward_positive(parts.sum(0)).item(), abs=1e-5)
    assert told["attention"].sum() == pytest.approx(1.0, abs=1e-5)


class Planted(nn.Module):
    """Says positive as surely as it sees one token, and nothing else."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def forward(self, _: Tensor, attention_mask: Tensor, *__: Tensor) -> Planted:
        seen = attention_mask[:, self.place].to(torch.float32)
        self.document = torch.stack((-seen, torch.zeros_like(seen), 4 * seen), dim=-1)
        return self


def test_token_that_decides_is_missed_without_it_and_suffices_alone() -> None:
    tokens, place = 12, 4
    free = np.ones(tokens, dtype=bool)
    free[[0, -1]] = False
    inputs = (torch.ones(1, tokens, dtype=torch.int32), torch.ones(1, tokens, dtype=torch.int32))
    right, wrong = np.zeros(tokens), np.zeros(tokens)
    right[place], wrong[place] = 1.0, -1.0
    told = {"evidence": right, "gradients": wrong}
    found = deletion(Planted(place), Target("document", inputs, free), told, label=2)
    without, alone = found["evidence"]
    assert without == pytest.approx([without[0]] * len(SHARES))
    assert without[0] > 0.5
    assert alone == pytest.approx([0.0] * len(SHARES))
    assert found["gradients"][0] == pytest.approx([0.0] * len(SHARES))


def test_only_neutral_has_no_direction() -> None:
    assert [has_direction(label) for label in range(3)] == [True, False, True]


def test_rank_correlation_knows_order_ties_and_constants() -> None:
    ones = np.array([1.0, 2.0, 3.0, 4.0])
    assert spearman(ones, ones**3) == pytest.approx(1.0)
    assert spearman(ones, -ones) == pytest.approx(-1.0)
    assert spearman(ones, np.zeros(4)) == 0.0
    assert spearman(np.array([1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])) == pytest.approx(0.8660254)


def test_check_tells_both_heads_and_hears_of_every_text(network: FusionNetwork, texts: Corpus) -> None:
    heard: list[str] = []
    found = check(network, texts, most=2, seed=1, report=heard.append)
    assert [one.head for one in found] == ["document", "mention"]
    assert len(heard) == sum(one.texts for one in found) > 0
    assert all([two.method for two in one.agreements] == ["evidence", "attention", "random"] for one in found)
    assert check(network, texts, most=2, seed=1, report=heard.append) == found
