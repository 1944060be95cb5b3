"""From training sets to a served version, by the commands as a user types them, with a tiny encoder."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from stream_app.adapters.model_repository import read_model
from stream_app.cli.model import app
from stream_app.pipeline.tensors import EMBEDDING_SIZE
from stream_app.settings import Settings
from tests.training_sets import write_encoder, write_sets

RUNNER = CliRunner()


def stream_app(*args: str | Path) -> str:
    result = RUNNER.invoke(app, list(map(str, args)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.timeout(900)
def test_trained_run_becomes_a_version_that_serves_what_it_learnt(tmp_path: Path) -> None:
    data, run, repository = write_sets(tmp_path, count=400), tmp_path / "run", tmp_path / "repository"
    encoder = write_encoder(tmp_path / "encoder", EMBEDDING_SIZE)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("batch_rows = 16\nencoder_rate = 1e-3\nrename = 0.0\nreports = 0\n")

    stream_app("train", "--data", data, "--out", run, "--encoder", encoder, "--epochs", "6", "--recipe", recipe)
    assert orjson.loads((run / "metrics.json").read_bytes())["document"]["accuracy"] > 0.9

    explained = orjson.loads(stream_app("explain", run, "--data", data, "--texts", "6", "--plots", tmp_path, "--json"))
    assert [(one["head"], one["texts"]) for one in explained["heads"]][1] == ("mention", 6)
    assert (tmp_path / "deletion.svg").is_file()

    stream_app("export", run, "--data", data, "--repository", repository)
    version = read_model(repository).version
    card = (repository / "fusion" / "1" / "MODEL_CARD.md").read_text()
    assert version in card
    assert version in (repository / "fusion" / "config.pbtxt").read_text()

    found = tmp_path / "found"
    written = ("--out", found, "--plots", found)
    lines = stream_app("evaluate", run, "--data", data, "--repository", repository, *written, "--json").splitlines()
    assert orjson.loads((found / "evaluate.json").read_bytes())["reliability"].keys() == {"fp32", "served"}
    assert {file.name for file in found.iterdir()} == {
        "confusion.svg",
        "evaluate.json",
        "evaluate.md",
        "reliability.svg",
    }
    figures = {(line["runtime"], line["head"]): line["scores"]["accuracy"] for line in map(orjson.loads, lines)}
    assert abs(figures["fp32", "mention"] - figures["served", "mention"]) < 0.02
    assert figures["served", "document"] > 0.9

    listed = orjson.loads(stream_app("list", "--repository", repository, "--json"))
    assert listed["version"] == version

    taught = orjson.loads(stream_app("statements", run, "--out", tmp_path / "taught", "--epochs", "2", "--json"))
    assert taught["texts"] > 1000
    assert orjson.loads((tmp_path / "taught" / "run.json").read_bytes())["statements"]["epochs"] == 2


def test_the_served_version_becomes_a_run_that_says_where_it_is_from(tmp_path: Path) -> None:
    version = read_model(Settings().model_repository).version
    said = orjson.loads(stream_app("import", "--out", tmp_path / "run", "--json"))
    assert said == {"run": str(tmp_path / "run"), "version": version}
    assert orjson.loads((tmp_path / "run" / "run.json").read_bytes())["imported"] == version


@pytest.mark.timeout(900)
def test_recipes_are_compared_from_both_encoders_and_finished_runs_are_kept(tmp_path: Path) -> None:
    data, out, plots = write_sets(tmp_path, count=80), tmp_path / "compared", tmp_path / "plots"
    raw, better = write_encoder(tmp_path / "raw", EMBEDDING_SIZE), tmp_path / "better"
    for name, method in (("full", "full"), ("few", "lora")):
        (tmp_path / f"{name}.toml").write_text(
            f"batch_rows = 16\nepochs = 2\nreports = 0\n[tuning]\nmethod = '{method}'\n"
        )

    said = stream_app("pretrain", "--data", data, "--out", better, "--encoder", raw, "--json")
    assert orjson.loads(said)["texts"] > 100

    recipes = (tmp_path / "full.toml", tmp_path / "few.toml")
    call = ("compare", *recipes, "--data", data, "--out", out, "--share", "0.5", "--encoder", raw, "--encoder", better)
    rows = [orjson.loads(line) for line in stream_app(*call, "--plots", plots, "--json").splitlines()]
    assert {(row["tuning"], row["pretrained"]) for row in rows} == {
        ("full", False),
        ("lora", False),
        ("full", True),
        ("lora", True),
    }
    trainable = {row["tuning"]: row["cost"]["trainable"] for row in rows}
    assert trainable["lora"] < trainable["full"]
    assert (plots / "learning.svg").stat().st_size > 0
    written = {run: (out / run / "network.safetensors").stat().st_mtime_ns for run in ("full-raw-50", "few-better-50")}
    stream_app(*call)
    assert written == {run: (out / run / "network.safetensors").stat().st_mtime_ns for run in written}
