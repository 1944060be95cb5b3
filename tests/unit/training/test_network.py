"""The network's promises: evidence adds up, features are optional, padding and other mentions change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from stream_app.pipeline.tensors import CONTEXT_FEATURES, KG_FEATURES, MENTION_SLOTS, TOPICS
from stream_app.training.encoder import load_encoder
from stream_app.training.network import FusionNetwork
from stream_app.training.served import HEADS, ServedNetwork, chance, chances
from stream_app.training.temperature import Temperature

LENGTH = 7
HEAT = dict.fromkeys(HEADS, Temperature(1.7))
Inputs = tuple[torch.Tensor, ...]


@pytest.fixture
def network(encoder_folder: Path) -> FusionNetwork:
    torch.manual_seed(2)
    encoder = load_encoder(encoder_folder)
    return FusionNetwork(encoder, hidden=encoder.config.hidden_size, topics=TOPICS).eval()


@pytest.fixture
def inputs() -> Inputs:
    torch.manual_seed(3)
    spans = torch.zeros(2, MENTION_SLOTS, 2, dtype=torch.int32)
    spans[:, 0] = torch.tensor([1, 3])
    spans[:, 1] = torch.tensor([4, 5])
    mask = torch.ones(2, LENGTH, dtype=torch.int32)
    mask[1, 5:] = 0
    ids = torch.randint(4, 20, (2, LENGTH), dtype=torch.int32) * mask
    return ids, mask, spans, torch.rand(2, MENTION_SLOTS, KG_FEATURES), torch.rand(2, CONTEXT_FEATURES)


def outputs(network: FusionNetwork, inputs: Inputs) -> dict[str, torch.Tensor]:
    with torch.inference_mode():
        served = ServedNetwork(network, HEAT)
        answer = served(*inputs)
    return {tensor.name: array for tensor, array in zip(served.told, answer, strict=True)}


def log_odds(probabilities: torch.Tensor) -> torch.Tensor:
    return probabilities[..., 2].log() - probabilities[..., 0].log()


@pytest.mark.parametrize(
    ("layer", "probabilities", "evidence"),
    [
        ("document_token", "document_probabilities", "document_evidence"),
        ("mention_token", "mention_probabilities", "mention_evidence"),
    ],
)
def test_evidence_sums_to_the_additive_part(
    network: FusionNetwork, inputs: Inputs, layer: str, probabilities: str, evidence: str
) -> None:
    whole = outputs(network, inputs)
    with torch.no_grad():
        for parameter in getattr(network, layer).parameters():
            parameter.zero_()
    base = outputs(network, inputs)
    added = log_odds(whole[probabilities]) - log_odds(base[probabilities])
    torch.testing.assert_close(whole[evidence].sum(-1), added, atol=1e-5, rtol=1e-4)


def test_padding_changes_nothing_and_has_no_evidence(network: FusionNetwork, inputs: Inputs) -> None:
    padded = outputs(network, inputs)
    cut = outputs(network, (inputs[0][1:, :5], inputs[1][1:, :5], *(one[1:] for one in inputs[2:])))
    assert (padded["document_evidence"][1, 5:] == 0).all()
    for name in ("document_probabilities", "mention_probabilities", "topic_probabilities", "embedding"):
        torch.testing.assert_close(padded[name][1], cut[name][0], atol=1e-5, rtol=1e-4)


def test_a_mention_does_not_depend_on_the_other_mentions(network: FusionNetwork, inputs: Inputs) -> None:
    alone = [one.clone() for one in inputs]
    alone[2][:, 1:], alone[3][:, 1:] = 0, 0
    both, single = outputs(network, inputs), outputs(network, tuple(alone))
    for name in ("mention_probabilities", "mention_relevance", "mention_evidence"):
        torch.testing.assert_close(both[name][:, 0], single[name][:, 0])


def test_temperature_cools_probabilities_and_evidence_alike(network: FusionNetwork, inputs: Inputs) -> None:
    hot = outputs(network, inputs)
    with torch.inference_mode():
        plain = ServedNetwork(network, dict.fromkeys(HEADS, Temperature()))(*inputs)
    torch.testing.assert_close(log_odds(hot["mention_probabilities"]) * 1.7, log_odds(plain[1]), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(hot["mention_evidence"] * 1.7, plain[6])


@pytest.mark.parametrize("temperature", [Temperature(1.3, 0.7), Temperature(0.9, -0.4)])
def test_the_file_heats_as_the_fit_does(temperature: Temperature) -> None:
    scores = torch.randn(50, 4, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    told = temperature.applied(torch.softmax(scores, dim=-1).numpy())
    torch.testing.assert_close(chances(scores, temperature), torch.from_numpy(told))
    one = scores[:, 0]
    both = torch.stack((torch.sigmoid(-one), torch.sigmoid(one)), dim=-1)
    torch.testing.assert_close(chance(one, temperature), torch.from_numpy(temperature.applied(both.numpy())[:, 1]))


def test_embedding_has_unit_length(network: FusionNetwork, inputs: Inputs) -> None:
    torch.testing.assert_close(outputs(network, inputs)["embedding"].norm(dim=-1), torch.ones(2))
