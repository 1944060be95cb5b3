"""Whatever made a run, its figures are there for who is held to them."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from stream_app.cli.model import app
from stream_app.pipeline.tensors import EMBEDDING_SIZE
from stream_app.training.config import TrainConfig
from stream_app.training.run import Sources, has_metrics, read_metrics, train
from stream_app.training.scored import score_run, scores_of
from tests.training_sets import write_causal_sets, write_encoder

RUNNER = CliRunner()


def stream_app(*args: str | Path) -> None:
    result = RUNNER.invoke(app, list(map(str, args)), catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Path:
    return write_causal_sets(data_folder, tmp_path_factory.mktemp("with-causes"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    folder, encoder = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("wide")
    write_encoder(encoder, EMBEDDING_SIZE)
    config = TrainConfig(epochs=1, batch_rows=16, reports=0)
    train(folder, Sources(data, encoder, None), config, report=lambda _: None)
    score_run(folder, data, None)
    return folder


def test_figures_that_are_kept_are_not_found_again(run: Path, tmp_path: Path) -> None:
    assert scores_of(run, tmp_path / "nowhere", None) == read_metrics(run)
    assert read_metrics(run).keys() >= {"document", "mention", "topic"}


def test_a_run_that_was_taught_causes_is_scored(run: Path, data: Path, tmp_path: Path) -> None:
    stream_app("causes", run, "--data", data, "--out", tmp_path / "causes")
    found = read_metrics(tmp_path / "causes")
    assert found.keys() >= {"document", "causal", "spans"} & read_metrics(run).keys()
    assert found["document"].rows == read_metrics(run)["document"].rows


def test_a_run_that_was_taught_statements_keeps_the_figures_of_the_rest(run: Path, tmp_path: Path) -> None:
    stream_app("statements", run, "--out", tmp_path / "stated", "--epochs", "1")
    found = read_metrics(tmp_path / "stated")
    assert found.pop("statements").rows > 0
    assert found == read_metrics(run)


def test_a_mean_of_runs_has_a_student_and_is_scored_for_it(run: Path, data: Path, tmp_path: Path) -> None:
    mean, student = tmp_path / "mean", tmp_path / "student"
    stream_app("average", run, run, "--out", mean)
    assert not has_metrics(mean)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("batch_rows = 16\nreports = 0\nunlabelled_share = 0.0\n", encoding="utf-8")
    call = ("--layers", "1", "--epochs", "1", "--data", data, "--recipe", recipe)
    stream_app("distil", mean, *call, "--out", student)
    told = orjson.loads((student / "run.json").read_bytes())["distilled"]["accuracy"]
    assert told == {head: one.accuracy for head, one in read_metrics(mean).items()}


def test_a_mean_of_runs_is_scored_at_once_where_there_is_data(run: Path, data: Path, tmp_path: Path) -> None:
    stream_app("average", run, run, "--out", tmp_path / "mean", "--data", data)
    assert read_metrics(tmp_path / "mean").keys() == read_metrics(run).keys()
