"""Few numbers learn beside the encoder's own, and the merged weights say the same as both together."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel

from stream_app.errors import ConfigurationError
from stream_app.training.config import TrainConfig, TuningConfig
from stream_app.training.cost import read_cost
from stream_app.training.fit import Progress
from stream_app.training.network import FusionNetwork
from stream_app.training.run import Sources, load_network, train
from stream_app.training.tuning import adapt

METHODS = ("lora", "adalora", "ia3")
IDS = torch.tensor([[2, 5, 6, 7, 3]])


class Interrupted(Exception):  # noqa: N818  (a state)
    """Stands for a crash or Ctrl-C."""


def config(method: str) -> TrainConfig:
    return TrainConfig(
        epochs=2,
        batch_rows=16,
        checkpoint_steps=4,
        encoder_rate=1e-2,
        reports=0,
        tuning=TuningConfig(method=method, rank=2),  # type: ignore[arg-type]
    )


def weights(run: Path) -> dict[str, list[float]]:
    return {name: tensor.flatten().tolist() for name, tensor in load_file(run / "network.safetensors").items()}


@pytest.fixture
def network(encoder_folder: Path) -> FusionNetwork:
    encoder = AutoModel.from_pretrained(encoder_folder, add_pooling_layer=False)
    return FusionNetwork(encoder, hidden=encoder.config.hidden_size, topics=3).eval()


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory: pytest.TempPathFactory, data_folder: Path, encoder_folder: Path
) -> Callable[[str], Path]:
    """Return what gives the run of a method; each is trained once."""

    @cache
    def run(method: str) -> Path:
        folder = tmp_path_factory.mktemp(method)
        train(folder, Sources(data_folder, encoder_folder, None), config(method), report=lambda _: None)
        return folder

    return run


@pytest.mark.parametrize("method", METHODS)
def test_merged_weights_give_the_vectors_of_the_adapted_encoder(network: FusionNetwork, method: str) -> None:
    plain = dict(network.named_parameters())
    before = network.token_vectors(IDS, torch.ones_like(IDS))[1]
    tuner = adapt(network, config(method), steps=20)
    torch.manual_seed(3)
    for parameter in network.encoder.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.5)
    adapted = network.token_vectors(IDS, torch.ones_like(IDS))[1]
    tuner.merge()
    assert dict(network.named_parameters()).keys() == plain.keys()
    assert not torch.allclose(before, adapted, atol=1e-2)
    torch.testing.assert_close(network.token_vectors(IDS, torch.ones_like(IDS))[1], adapted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_interrupted_run_ends_in_the_weights_of_an_uninterrupted_one(
    tmp_path: Path, data_folder: Path, encoder_folder: Path, finished: Callable[[str], Path], method: str
) -> None:
    def interrupt(now: Progress) -> None:
        if now.step == 9:
            raise Interrupted

    sources, broken = Sources(data_folder, encoder_folder, None), tmp_path / "broken"
    with pytest.raises(Interrupted):
        train(broken, sources, config(method), report=interrupt)
    resumed: list[Progress] = []
    train(broken, sources, config(method), report=resumed.append)
    assert resumed[0].step == 9
    assert weights(broken) == weights(finished(method))


@pytest.mark.parametrize("method", METHODS)
def test_run_says_how_few_numbers_learnt(finished: Callable[[str], Path], method: str) -> None:
    full, few = read_cost(finished("full")), read_cost(finished(method))
    assert full is not None
    assert few is not None
    assert few.trainable < full.trainable
    assert load_network(finished(method)).state_dict().keys() == load_network(finished("full")).state_dict().keys()


def test_adalora_shares_out_its_ranks_by_what_matters(network: FusionNetwork) -> None:
    steps = 20
    tuner = adapt(network, config("adalora"), steps=steps)
    optimiser = torch.optim.SGD([one for one in network.encoder.parameters() if one.requires_grad], lr=0.05)
    for step in range(1, steps + 1):
        optimiser.zero_grad()
        vectors = network.token_vectors(IDS, torch.ones_like(IDS))[1]
        (vectors.pow(2).sum() + tuner.penalty()).backward()
        optimiser.step()
        tuner.after_step(step)
    kept = tuner.state()["rank_pattern"]
    assert sum(map(sum, kept.values())) == 2 * len(kept)
    values = {name: one for name, one in network.encoder.base_model.model.named_parameters() if "lora_E" in name}
    assert all(not one[~torch.tensor(kept[name])].any() for name, one in values.items())


def test_what_cannot_be_tuned_together_is_refused(network: FusionNetwork) -> None:
    with pytest.raises(ConfigurationError, match="10 steps or more"):
        adapt(network, config("adalora"), steps=9)
    with pytest.raises(ConfigurationError, match="name encoder there"):
        adapt(network, config("lora").model_copy(update={"learn": ("topic_head",)}), steps=20)
    nowhere = config("lora").model_copy(update={"tuning": TuningConfig(method="lora", targets=("moods",))})
    with pytest.raises(ConfigurationError, match="moods"):
        adapt(network, nowhere, steps=20)
