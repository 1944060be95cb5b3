"""A run, and a student of it, in every precision, by the commands as a user types them, with a tiny encoder."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from stream_app.cli.model import app
from stream_app.pipeline.tensors import EMBEDDING_SIZE
from tests.training_sets import write_encoder, write_sets

RUNNER = CliRunner()


def stream_app(*args: str | Path) -> str:
    result = RUNNER.invoke(app, list(map(str, args)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.timeout(900)
def test_run_and_its_student_are_measured_in_every_precision(tmp_path: Path) -> None:
    data, run, small, out = write_sets(tmp_path, count=200), tmp_path / "run", tmp_path / "small", tmp_path / "out"
    encoder = write_encoder(tmp_path / "encoder", EMBEDDING_SIZE)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("batch_rows = 16\nencoder_rate = 1e-3\nrename = 0.0\nreports = 0\n")
    stream_app("train", "--data", data, "--out", run, "--encoder", encoder, "--epochs", "3", "--recipe", recipe)

    call = ("distil", run, "--layers", "1", "--data", data, "--out", small, "--epochs", "1", "--recipe", recipe)
    heads = {line["head"]: line for line in map(orjson.loads, stream_app(*call, "--json").splitlines())}
    teacher = orjson.loads((run / "metrics.json").read_bytes())
    assert heads["mention"]["teacher"] == teacher["mention"]["accuracy"]

    measure = ("quantise", run, "--data", data, "--out", out, "--beside", small, "--rounds", "1", "--texts", "40")
    lines = [orjson.loads(line) for line in stream_app(*measure, "--parts", "--json").splitlines()]
    found = {line["name"]: line for line in lines if "name" in line}
    assert {"fp32", "int8_static", "int8_dynamic", "int8_weights", "small"} <= found.keys()
    assert {line["part"] for line in lines if "part" in line} >= {"feed-forward in", "heads", "layer 0"}
    assert found["fp32"]["passes"]
    assert found["int8_static"]["moved"] < 1e-5 < found["int8_dynamic"]["moved"]
    assert found["int8_weights"]["bytes"] < 0.6 * found["fp32"]["bytes"]
    assert not found["int8_dynamic"]["passes"]
    assert not (out / "int8_dynamic.onnx").exists()
    assert (out / "model.onnx").exists()
    assert all((out / f"precisions.{kind}").stat().st_size for kind in ("json", "md", "svg"))
