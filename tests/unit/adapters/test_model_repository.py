"""The model's folder is found and read, and what does not fit says what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stream_app.adapters.model_repository import read_model
from stream_app.errors import ConfigurationError, DataError

SHIPPED = Path(__file__).parents[3] / "model_repo"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the shipped model's small files."""
    shutil.copytree(SHIPPED / "fusion" / "1", tmp_path / "fusion" / "1", ignore=shutil.ignore_patterns("*.onnx"))
    return tmp_path


def change_metadata(folder: Path, /, **changes: object) -> None:
    path = folder / "metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_shipped_model_reads_english_and_chinese() -> None:
    assert read_model(SHIPPED).languages == {"en", "zh"}


def test_newest_version_is_taken_by_its_number(repository: Path) -> None:
    for number in ("2", "10"):
        shutil.copytree(repository / "fusion" / "1", repository / "fusion" / number)
        change_metadata(repository / "fusion" / number, version=f"fusion-{number}")
    assert read_model(repository).version == "fusion-10"


def test_missing_repository_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="STREAM_APP_MODEL_REPOSITORY"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    "changes", [{"buckets": [16]}, {"labels": ["bad", "good"]}, {"topics": ["one"]}, {"version": 3}]
)
def test_model_for_another_program_is_refused(repository: Path, changes: dict[str, object]) -> None:
    change_metadata(repository / "fusion" / "1", **changes)
    with pytest.raises(DataError, match="export it again"):
        read_model(repository)


@pytest.mark.parametrize("name", ["metadata.json", "tokenizer.json"])
def test_incomplete_model_names_its_folder(repository: Path, name: str) -> None:
    (repository / "fusion" / "1" / name).unlink()
    with pytest.raises(DataError, match="fusion/1 holds no complete model"):
        read_model(repository)
