"""An exported version becomes a finished run again: the same weights, as far as the file keeps them."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from stream_app.errors import DataError
from stream_app.training.encoder import load_encoder
from stream_app.training.imported import import_version, weights_of
from stream_app.training.network import FusionNetwork
from stream_app.training.onnx_file import write_onnx
from stream_app.training.run import load_network, load_record, read_metrics
from stream_app.training.served import HEADS, ServedNetwork
from stream_app.training.temperature import Temperature
from tests.training_sets import write_encoder

HIDDEN, TOPICS = 16, ("earnings", "macro", "politics")
SCORE = {"rows": 9, "accuracy": 0.8, "macro_f1": 0.7, "calibration_error": 0.02, "weighted_f1": 0.8}


@pytest.fixture(scope="module")
def network(encoder_folder: Path) -> FusionNetwork:
    torch.manual_seed(5)
    made = FusionNetwork(load_encoder(encoder_folder), hidden=HIDDEN, topics=len(TOPICS))
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.3)
    return made


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory, network: FusionNetwork, encoder_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("version")
    heat = {head: Temperature(1.0 + 0.1 * number, 0.1 * number) for number, head in enumerate(HEADS)}
    write_onnx(ServedNetwork(network, heat), folder / "model.onnx")
    told = {
        "version": "fusion-7-abc",
        "topics": TOPICS,
        "temperatures": {head: asdict(one) for head, one in heat.items()},
        "scores": {"document": SCORE},
    }
    (folder / "metadata.json").write_text(json.dumps(told))
    shutil.copyfile(encoder_folder / "tokenizer.json", folder / "tokenizer.json")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, version: Path, encoder_folder: Path) -> Path:
    folder = tmp_path_factory.mktemp("run")
    import_version(version, folder, encoder_folder)
    return folder


def test_every_weight_comes_back(run: Path, network: FusionNetwork) -> None:
    found = load_network(run).state_dict()
    for name, weight in network.state_dict().items():
        torch.testing.assert_close(found[name], weight, atol=1e-3, rtol=1e-3, msg=name)


def test_run_says_where_it_is_from_and_how_good_it_is(run: Path, version: Path, encoder_folder: Path) -> None:
    record = load_record(run)
    assert (record.imported, record.topics) == ("fusion-7-abc", TOPICS)
    assert read_metrics(run)["document"].accuracy == SCORE["accuracy"]
    with pytest.raises(DataError, match="holds a run already"):
        import_version(version, run, encoder_folder)


def test_encoder_of_another_shape_is_refused(tmp_path: Path, version: Path) -> None:
    other = write_encoder(tmp_path / "encoder", 2 * HIDDEN)
    with pytest.raises(DataError, match="give its own by --encoder"):
        import_version(version, tmp_path / "run", other)
    assert not (tmp_path / "run").exists()


def test_a_file_without_a_tensor_of_the_size_of_a_weight_is_refused_before_anything_is_traced(
    network: FusionNetwork,
) -> None:
    class Untraced(ServedNetwork):
        def forward(self, *_: Tensor) -> Any:
            raise AssertionError("it was traced")

    with pytest.raises(KeyError, match="no tensor of the size of"):
        weights_of(network, Untraced(network, {}), {"one": np.ones(3, np.float32)})
