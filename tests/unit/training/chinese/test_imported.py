"""An exported network for Chinese becomes a finished run again, with the weights that the file has.

That such weights are stored as they are, so that the run's own file has them again, `test_onnx_weights.py` tells.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from stream_app.errors import DataError
from stream_app.training.chinese.imported import import_chinese
from stream_app.training.chinese.network import chinese_network
from stream_app.training.chinese.packed_encoder import Shape
from stream_app.training.chinese.run import load_network, load_record
from stream_app.training.chinese.served import HEADS, ServedChinese
from stream_app.training.encoder import load_encoder
from stream_app.training.network import FusionNetwork
from stream_app.training.onnx_file import write_onnx
from stream_app.training.onnx_weights import floats_of, store_bytes
from stream_app.training.statement_head import StatementHead
from stream_app.training.temperature import Temperature
from tests.training_sets import write_chinese_encoder
from tests.unit.training.chinese.conftest import HIDDEN
from tests.unit.training.chinese.test_learning import TOPICS

HEATS = {head: Temperature(1.0 + 0.1 * number, 0.1 * number) for number, head in enumerate(HEADS)}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chinese_encoder(tmp_path_factory.mktemp("made"), HIDDEN)


@pytest.fixture(scope="module")
def network(encoder: Path) -> FusionNetwork:
    """A network whose weights are all different."""
    torch.manual_seed(5)
    made = chinese_network(load_encoder(encoder))
    made.statement_head = StatementHead(HIDDEN)
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.3)
    return made


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory, encoder: Path, network: FusionNetwork) -> Path:
    """The folder of the exported network."""
    folder = tmp_path_factory.mktemp("zh")
    write_onnx(ServedChinese(network, HEATS, TOPICS), folder / "model.onnx", store_bytes)
    told = {"sha256": "abc", "topics": TOPICS, "temperatures": {head: asdict(one) for head, one in HEATS.items()}}
    (folder / "metadata.json").write_text(json.dumps(told))
    shutil.copyfile(encoder / "tokenizer.json", folder / "tokenizer.json")
    return folder


def shape_of(run: Path, **changed: int) -> Shape:
    told = json.loads((run / "config.json").read_text()) | changed
    return Shape(
        hidden=told["hidden_size"],
        layers=told["num_hidden_layers"],
        heads=told["num_attention_heads"],
        inner=told["intermediate_size"],
        vocabulary=told["vocab_size"],
        positions=told["max_position_embeddings"],
        types=told["type_vocab_size"],
        epsilon=told["layer_norm_eps"],
    )


def test_every_weight_comes_back_as_the_file_has_it(
    version: Path, network: FusionNetwork, run: Path, tmp_path: Path
) -> None:
    record = import_chinese(version, tmp_path / "out", shape_of(run))
    assert record == load_record(tmp_path / "out")
    assert record.imported == "abc"
    told = list(floats_of(onnx.load(version / "model.onnx")).values())
    found = load_network(tmp_path / "out").state_dict()
    for name, weight in network.state_dict().items():
        if weight.is_floating_point() and not name.startswith("causal_heads."):
            torch.testing.assert_close(found[name], weight, atol=0.006, rtol=0.0, msg=name)  # half a step of a byte
            same = [one for one in told if one.size == weight.numel()]
            assert any((one.reshape(-1) == flat).all() for one in same for flat in _either_way(found[name])), name
    with pytest.raises(DataError, match="holds a run already"):
        import_chinese(version, tmp_path / "out", shape_of(run))


def _either_way(weight: torch.Tensor) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return its numbers by rows and by columns: the exporter turns some matrices."""
    return weight.numpy().reshape(-1), weight.numpy().T.reshape(-1)


def test_encoder_of_another_shape_is_refused(version: Path, run: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no network for the packaged encoder"):
        import_chinese(version, tmp_path / "out", shape_of(run, intermediate_size=48))
    assert not (tmp_path / "out").exists()
