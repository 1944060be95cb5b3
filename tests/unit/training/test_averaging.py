"""The mean of two runs of one network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from stream_app.errors import DataError
from stream_app.training import run
from stream_app.training.averaging import average
from stream_app.training.config import TrainConfig
from stream_app.training.run import RunRecord, load_record, write_record
from stream_app.training.weights import WEIGHTS


def a_run(folder: Path, value: float, *, width: int = 2, topics: tuple[str, ...] = ("oil",)) -> Path:
    folder.mkdir()
    save_file({"w": torch.full((width,), value), "steps": torch.tensor([int(value)])}, folder / WEIGHTS)
    write_record(folder, RunRecord(config=TrainConfig(), topics=topics, files=(), graph=None))
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    return folder


def test_weights_are_weighted_and_counts_are_the_later_ones(tmp_path: Path) -> None:
    average(a_run(tmp_path / "a", 1.0), a_run(tmp_path / "b", 2.0), tmp_path / "c", share=0.75, runs=run)
    found = load_file(tmp_path / "c" / WEIGHTS)
    assert found["w"].tolist() == [1.75, 1.75]
    assert found["steps"].tolist() == [2]
    told = load_record(tmp_path / "c").averaged
    assert told is not None
    assert (told.run, told.share) == ("a", 0.75)


@pytest.mark.parametrize("other", [{"width": 3}, {"topics": ("gold",)}])
def test_runs_of_different_networks_are_refused(tmp_path: Path, other: dict[str, object]) -> None:
    runs = a_run(tmp_path / "a", 1.0), a_run(tmp_path / "b", 2.0, **other)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="different networks"):
        average(*runs, tmp_path / "c", share=0.5, runs=run)


def test_a_run_is_not_written_over(tmp_path: Path) -> None:
    runs = a_run(tmp_path / "a", 1.0), a_run(tmp_path / "b", 2.0)
    with pytest.raises(DataError, match="holds a run already"):
        average(*runs, runs[1], share=0.5, runs=run)
