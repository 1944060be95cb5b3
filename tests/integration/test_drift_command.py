"""Drift on the command line: statistics are written beside a version, and live documents are compared with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from stream_app.cli.model import app
from stream_app.errors import DataError
from stream_app.settings import shipped_model_repository
from stream_app.training.drift.statistics import FILE
from stream_app.training.examples import SENTFIN
from stream_app.training.split import is_dev
from tests.training_sets import write_sets

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the shipped version with statistics of small sets in place of its own."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(shipped_model_repository(), folder, dirs_exist_ok=True)
    (folder / "fusion" / "1" / FILE).unlink()
    (folder / "data").mkdir()
    data = write_sets(folder / "data", count=200)
    result = RUNNER.invoke(app, ["statistics", "--data", str(data), "--repository", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def written(path: Path, texts: list[str]) -> Path:
    path.write_bytes(b"\n".join(orjson.dumps({"title": text, "lang": "en"}) for text in texts))
    return path


def test_shift_is_an_exit_status_after_the_table(tmp_path: Path, repository: Path) -> None:
    live = written(tmp_path / "live.jsonl", [f"The ministry publishes figure {row} of rainfall" for row in range(60)])
    result = RUNNER.invoke(app, ["drift", str(live), "--repository", str(repository), "--json"])
    assert isinstance(result.exception, DataError)
    told = orjson.loads(result.stdout)
    large = {one["what"] for one in told["shifts"] if one["level"] == "large"}
    assert "share of uncommon words" in large
    assert told["texts"] == 60


def test_texts_like_those_of_training_have_not_shifted(tmp_path: Path, repository: Path) -> None:
    rows = [orjson.loads(line)["text"] for line in (repository / "data" / SENTFIN).read_bytes().splitlines()]
    live = written(tmp_path / "live.jsonl", [text for text in rows if not is_dev(text)])
    result = RUNNER.invoke(app, ["drift", str(live), "--repository", str(repository)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "share of uncommon words" in result.stdout
    assert "mean vector moved" in result.stdout


def test_version_without_statistics_says_how_they_are_written(tmp_path: Path, repository: Path) -> None:
    (repository / "fusion" / "1" / FILE).rename(tmp_path / FILE)
    try:
        live = written(tmp_path / "live.jsonl", ["Acme rises"])
        result = RUNNER.invoke(app, ["drift", str(live), "--repository", str(repository)])
        assert "stream-app model statistics" in str(result.exception)
    finally:
        (tmp_path / FILE).rename(repository / "fusion" / "1" / FILE)
