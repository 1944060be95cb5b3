"""`model promote`, `rollback` and `list` beside damaged versions: no Triton is needed to see what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stream_app.adapters.model_repository import served_number
from stream_app.cli.model_versions import list_versions, promote, rollback
from stream_app.errors import DataError
from tests.model_versions import copied_repository, warmer


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return copied_repository(tmp_path)


def listed(repository: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    list_versions(repository=repository, json=True)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def promoted(source: Path | int, repository: Path) -> None:
    promote(str(source), repository=repository, data=None, shadow=False, json=True)


def test_a_version_of_another_program_is_refused_before_it_is_served(tmp_path: Path, repository: Path) -> None:
    with pytest.raises(DataError, match="other labels"):
        promoted(warmer(tmp_path / "other", labels=["bad", "fine", "good"]), repository)
    assert served_number(repository) == 1


def test_versions_are_listed_beside_a_damaged_one_and_another_can_be_promoted(
    tmp_path: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promoted(warmer(tmp_path / "second"), repository)
    rollback(repository=repository, json=True)
    (repository / "fusion" / "2" / "metadata.json").write_text("{")
    assert [(one["number"], one["state"], "damaged" in one) for one in listed(repository, capsys)] == [
        (1, "served", False),
        (2, "challenger", True),
    ]
    list_versions(repository=repository, json=False)
    assert "damaged" in capsys.readouterr().out
    promoted(warmer(tmp_path / "third", factor=1.7), repository)
    assert served_number(repository) == 3


def test_a_version_without_some_figures_is_listed(
    tmp_path: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = warmer(tmp_path / "second")
    about = json.loads((source / "metadata.json").read_text())
    for figures in ("scores", "accuracy_fp32"):
        del about[figures]["topic"]
    (source / "metadata.json").write_text(json.dumps(about))
    promoted(source, repository)
    list_versions(repository=repository, json=False)
    assert "–" in capsys.readouterr().out


def test_rollback_to_damaged_weights_is_refused(tmp_path: Path, repository: Path) -> None:
    promoted(warmer(tmp_path / "second"), repository)
    (repository / "fusion" / "1" / "model.onnx").write_bytes(b"cut")
    with pytest.raises(DataError, match="not the file that its"):
        rollback(repository=repository, json=True)
    assert served_number(repository) == 2
