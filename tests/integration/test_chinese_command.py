"""From Chinese sets to a version that reads Chinese beside English, by the commands as a user types them."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from stream_app.adapters.model_repository import read_model
from stream_app.cli.main import app
from stream_app.pipeline.tensors import EMBEDDING_SIZE
from stream_app.settings import shipped_model_repository
from stream_app.training.chinese.packed_encoder import packaged_file, read_packed
from tests.training_sets import write_chinese_encoder, write_chinese_sets

RUNNER = CliRunner()


def stream_app(*args: str | Path) -> str:
    result = RUNNER.invoke(app, list(map(str, args)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.timeout(900)
def test_trained_run_becomes_the_network_that_reads_chinese_beside_the_english_one(tmp_path: Path) -> None:
    data, repository = write_chinese_sets(tmp_path, count=200), tmp_path / "repository"
    shutil.copytree(shipped_model_repository(), repository)
    before = read_model(repository)
    run, recipe = write_chinese_encoder(tmp_path / "run", EMBEDDING_SIZE), tmp_path / "recipe.toml"
    recipe.write_text("batch_rows = 16\nencoder_rate = 1e-3\nhead_rate = 2e-3\ntopic_share = 1.0\n")

    stream_app("model", "train", "--language", "zh", "--data", data, "--out", run, "--recipe", recipe, "--epochs", "3")
    told = orjson.loads(
        stream_app("model", "export", run, "--data", data, "--repository", repository, "--json").splitlines()[0]
    )
    after = read_model(repository, told["number"])
    assert after.version == told["version"] != before.version
    assert after.languages == {"en", "zh"}
    assert (after.folder / "model.onnx").read_bytes() == (before.folder / "model.onnx").read_bytes()
    (chinese,) = (one for one in after.further if "zh" in one.languages)
    assert told["sha256"] in (chinese.folder / "MODEL_CARD.md").read_text()

    lines = stream_app("model", "evaluate", run, "--data", data, "--repository", repository, "--json").splitlines()
    figures = {(line["runtime"], line["head"]): line["scores"]["accuracy"] for line in map(orjson.loads, lines)}
    assert figures["fp32", "document"] > 0.7
    assert figures["fp32", "kinds"] > 0.5


def test_the_encoder_that_the_package_carries_is_multilingual_e5_small() -> None:
    packed = read_packed(packaged_file())
    shape = packed.shape
    assert (shape.hidden, shape.layers, shape.heads, shape.inner) == (384, 12, 12, 1536)
    assert {"央行", "▁the", "<s>"} <= {piece for piece, _ in packed.pieces}
    assert packed.tensors["emb.word"].shape == (shape.vocabulary * shape.hidden,)
