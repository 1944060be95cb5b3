"""A model repository is usable, or the finding says what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from stream_app.doctor.finding import Status
from stream_app.doctor.model import check_model
from stream_app.pipeline.tensors import BUCKETS, LABELS, MODEL_NAME, TOPICS

WEIGHTS = b"weights"


@pytest.fixture
def version_folder(tmp_path: Path) -> Path:
    """One version of a model, complete but for real weights."""
    folder = tmp_path / MODEL_NAME / "1"
    folder.mkdir(parents=True)
    metadata = {
        "version": "fusion-1",
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
        "languages": ["en"],
        "labels": LABELS,
        "topics": [f"topic {number}" for number in range(TOPICS)],
        "buckets": BUCKETS,
    }
    (folder / "metadata.json").write_text(json.dumps(metadata))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.onnx").write_bytes(WEIGHTS)
    (folder.parent / "config.pbtxt").write_text("")
    return folder


def test_whole_model_is_told_with_its_version(version_folder: Path) -> None:
    finding = check_model(version_folder.parents[1])
    assert finding.status is Status.OK
    assert "fusion-1" in finding.detail


def test_damaged_weights_are_found(version_folder: Path) -> None:
    (version_folder / "model.onnx").write_bytes(WEIGHTS[:-1])
    finding = check_model(version_folder.parents[1])
    assert finding.status is Status.FAILURE
    assert "damaged" in finding.detail


@pytest.mark.parametrize("missing", ["metadata.json", "tokenizer.json", "model.onnx", "../config.pbtxt"])
def test_missing_file_is_found(version_folder: Path, missing: str) -> None:
    (version_folder / missing).unlink()
    finding = check_model(version_folder.parents[1])
    assert finding.status is Status.FAILURE
    assert finding.advice


def test_missing_repository_is_told_with_its_setting(tmp_path: Path) -> None:
    finding = check_model(tmp_path)
    assert finding.status is Status.FAILURE
    assert "STREAM_APP_MODEL_REPOSITORY" in str(finding.advice)
