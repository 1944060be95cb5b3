"""A version becomes a folder beside the others, whole and under its own name, if it passes the gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stream_app.adapters.model_repository import read_metadata, read_model, version_numbers
from stream_app.errors import DataError
from stream_app.promotion.gate import check_loss, figures_of
from stream_app.promotion.install import install
from tests.model_versions import SHIPPED, copied_repository, warmer

BACKEND = SHIPPED / "model.py"


def test_installed_version_has_the_next_number_and_its_own_name(tmp_path: Path) -> None:
    repository, source = copied_repository(tmp_path), warmer(tmp_path / "warmer")
    first = read_model(repository)
    (source / "model.py").unlink()
    number = install(source, repository, backend=BACKEND)
    new = read_model(repository, number)
    assert (number, new.version[:9]) == (2, "fusion-2-")
    assert new.version in (new.folder / "MODEL_CARD.md").read_text()
    assert (new.folder / "model.py").read_bytes() == BACKEND.read_bytes()
    assert new.tokenizer == first.tokenizer
    assert read_model(repository, 1) == first


def test_same_weights_are_installed_once(tmp_path: Path) -> None:
    repository = copied_repository(tmp_path)
    assert install(SHIPPED, repository, backend=BACKEND) == 1
    assert version_numbers(repository) == [1]


def test_damaged_version_is_installed_anew_and_keeps_no_other_from_being_installed(tmp_path: Path) -> None:
    repository, source = copied_repository(tmp_path), warmer(tmp_path / "warmer")
    assert install(source, repository, backend=BACKEND) == 2
    (repository / "fusion" / "2" / "model.onnx").write_bytes(b"cut")
    assert install(source, repository, backend=BACKEND) == 3, "what is served must not be what is damaged"
    (repository / "fusion" / "2" / "metadata.json").write_text("{")
    assert install(warmer(tmp_path / "other", factor=1.7), repository, backend=BACKEND) == 4


def test_weights_that_were_not_measured_are_refused(tmp_path: Path) -> None:
    repository, source = copied_repository(tmp_path), warmer(tmp_path / "warmer")
    with (source / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(DataError, match="is not the file that its metadata"):
        install(source, repository, backend=BACKEND)
    assert version_numbers(repository) == [1]


def test_shipped_version_passes_the_gate_by_its_own_figures() -> None:
    full, served = figures_of(read_metadata(SHIPPED), SHIPPED)
    check_loss(full, served)
    assert set(full) == {"document", "mention", "topic", "relevance", "causal", "tags", "statements"}


def test_version_that_loses_over_three_tenths_of_a_point_is_refused() -> None:
    check_loss({"mention": 0.880}, {"mention": 0.8771})
    with pytest.raises(DataError, match=r"the mention head loses 0\.0040"):
        check_loss({"mention": 0.880}, {"mention": 0.876})


def test_version_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    repository, source = copied_repository(tmp_path), warmer(tmp_path / "warmer")
    (source / "model.py").unlink()
    with pytest.raises(FileNotFoundError):
        install(source, repository, backend=tmp_path / "gone")
    assert version_numbers(repository) == [1]
    assert not list((repository / "fusion").glob(".*"))


def test_head_that_was_not_scored_as_served_is_named() -> None:
    with pytest.raises(DataError, match=r"the causal head was not scored as served.*--data"):
        check_loss({"mention": 0.880, "causal": 0.9}, {"mention": 0.880})


def test_version_that_does_not_tell_what_it_lost_is_refused(tmp_path: Path) -> None:
    source = warmer(tmp_path / "warmer")
    about = json.loads((source / "metadata.json").read_text())
    del about["accuracy_fp32"]
    with pytest.raises(DataError, match="does not tell its accuracy"):
        figures_of(about, source)
