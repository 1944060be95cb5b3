"""A model repository is usable, or the finding says what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import orjson
import pytest

from stream_app.doctor.finding import Status
from stream_app.doctor.model import check_model
from stream_app.pipeline.tensors import BUCKETS, LABELS, MODEL_NAME, TOPICS

WEIGHTS = b"weights"


def write_network(folder: Path, language: str, **metadata: object) -> None:
    """Write the files of one network, with all but real weights."""
    folder.mkdir(parents=True)
    about = {
        "version": "fusion-1",
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
        "languages": [language],
        "labels": LABELS,
        "topics": [f"topic {number}" for number in range(TOPICS)],
        "buckets": BUCKETS,
    }
    (folder / "metadata.json").write_text(json.dumps(about | metadata))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.onnx").write_bytes(WEIGHTS)


@pytest.fixture
def version_folder(tmp_path: Path) -> Path:
    """One version of a model."""
    folder = tmp_path / MODEL_NAME / "1"
    write_network(folder, "en")
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


@pytest.fixture
def bilingual_folder(tmp_path: Path) -> Path:
    """One version of a model that has a network for Chinese."""
    folder = tmp_path / MODEL_NAME / "1"
    write_network(folder, "en", first_ids={"zh": 100})
    write_network(folder / "zh", "zh")
    (folder.parent / "config.pbtxt").write_text('output [ { name: "risk_probabilities" } ]')
    return folder


def test_languages_of_all_networks_are_told(bilingual_folder: Path) -> None:
    finding = check_model(bilingual_folder.parents[1])
    assert finding.status is Status.OK
    assert "reads en, zh" in finding.detail


def test_damaged_weights_of_a_further_network_are_found(bilingual_folder: Path) -> None:
    (bilingual_folder / "zh" / "model.onnx").write_bytes(WEIGHTS[:-1])
    finding = check_model(bilingual_folder.parents[1])
    assert finding.status is Status.FAILURE
    assert "zh/model.onnx is damaged" in finding.detail


def test_configuration_that_is_older_than_what_texts_state_is_found(bilingual_folder: Path) -> None:
    metadata = bilingual_folder / "metadata.json"
    told = orjson.loads(metadata.read_bytes()) | {"temperatures": {"statements": {"level": 1.0, "doubt": 0.0}}}
    metadata.write_bytes(orjson.dumps(told))
    finding = check_model(bilingual_folder.parents[1])
    assert finding.status is Status.WARNING
    assert "Triton does not tell what texts state of names" in finding.detail


def test_configuration_that_is_older_than_a_further_network_is_found(bilingual_folder: Path) -> None:
    (bilingual_folder.parent / "config.pbtxt").write_text("")
    finding = check_model(bilingual_folder.parents[1])
    assert finding.status is Status.WARNING
    assert "Triton does not read zh" in finding.detail
