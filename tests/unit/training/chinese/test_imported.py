"""An exported network for Chinese becomes a finished run again, and that one the same file."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import onnx
import pytest
import torch
from torch import nn

from stream_app.errors import DataError
from stream_app.training.chinese.imported import import_chinese
from stream_app.training.chinese.network import chinese_network
from stream_app.training.chinese.packed_encoder import Shape
from stream_app.training.chinese.run import load_network, load_record
from stream_app.training.chinese.served import HEADS, ServedChinese
from stream_app.training.encoder import load_encoder
from stream_app.training.onnx_file import write_onnx
from stream_app.training.onnx_weights import floats_of, store_bytes
from stream_app.training.statement_head import StatementHead
from stream_app.training.temperature import Temperature
from tests.training_sets import write_chinese_encoder
from tests.unit.training.chinese.conftest import HIDDEN
from tests.unit.training.chinese.test_learning import TOPICS

HEATS = {head: Temperature(1.0 + 0.1 * number, 0.1 * number) for number, head in enumerate(HEADS)}


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an exported network whose weights are all different."""
    run = write_chinese_encoder(tmp_path_factory.mktemp("made"), HIDDEN)
    torch.manual_seed(5)
    network = chinese_network(load_encoder(run))
    network.statement_head = StatementHead(HIDDEN)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.3)
    folder = tmp_path_factory.mktemp("zh")
    write_onnx(ServedChinese(network, HEATS, TOPICS), folder / "model.onnx", store_bytes)
    told = {"sha256": "abc", "topics": TOPICS, "temperatures": {head: asdict(one) for head, one in HEATS.items()}}
    (folder / "metadata.json").write_text(json.dumps(told))
    shutil.copyfile(run / "tokenizer.json", folder / "tokenizer.json")
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


def test_what_an_imported_run_exports_has_the_weights_that_it_was_imported_with(
    version: Path, run: Path, tmp_path: Path
) -> None:
    record = import_chinese(version, tmp_path / "out", shape_of(run))
    assert record == load_record(tmp_path / "out")
    assert record.imported == "abc"
    again = tmp_path / "again.onnx"
    write_onnx(ServedChinese(load_network(tmp_path / "out"), HEATS, TOPICS), again, store_bytes)
    before, after = (floats_of(onnx.load(file)) for file in (version / "model.onnx", again))
    assert before.keys() == after.keys()
    assert all((before[name] == after[name]).all() for name in before)
    with pytest.raises(DataError, match="holds a run already"):
        import_chinese(version, tmp_path / "out", shape_of(run))


def test_encoder_of_another_shape_is_refused(version: Path, run: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no network for the packaged encoder"):
        import_chinese(version, tmp_path / "out", shape_of(run, intermediate_size=48))
    assert not (tmp_path / "out").exists()
