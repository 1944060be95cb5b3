"""What differs between two runs is found event by event, and nothing else is said to differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stream_app.errors import DataError
from stream_app.events.topics import SENTIMENT
from stream_app.replay.compare import compared
from stream_app.replay.manifest import Runtime
from stream_app.replay.plots import plot_differences
from tests.unit.replay.runs import begun, finished


def event(number: int, polarity: float | None, name: str = "Apple") -> dict[str, Any]:
    entity = {"id": f"company:{name.lower()}", "name": name, "kind": "company"}
    topic = {"label": "earnings", "probability": 0.9}
    day = f"2014-01-{number + 1:02}T08:00:00Z"
    return {"event_id": f"e{number}", "polarity": polarity, "entity": entity, "topic": topic, "published_at": day}


def test_run_does_not_differ_from_its_like(tmp_path: Path) -> None:
    events = [event(number, 0.5) for number in range(5)]
    found = compared(finished(tmp_path, "one", events), finished(tmp_path, "other", events[::-1]))
    assert (found.versions, found.gained, found.lost, found.only_one, found.only_other) == ({}, [], [], 0, 0)
    assert found.sameness(SENTIMENT.name) == "same bytes"
    assert not any(shift.most for shift in found.shifts)


def test_differences_are_found_by_entity_topic_and_day(tmp_path: Path) -> None:
    ones = [event(0, 0.5), event(1, 0.1), event(2, -0.2, "Boeing"), event(3, None)]
    others = [event(0, 0.7), event(1, 0.5), event(2, -0.2, "Boeing"), event(4, 0.1)]
    one = finished(tmp_path, "one", ones, alerts=["a", "b"])
    other = finished(tmp_path, "other", others, alerts=["b", "c"], model_version="better")
    found = compared(one, other)
    moves = {(shift.by, shift.name): (shift.events, round(shift.mean, 6)) for shift in found.shifts}
    assert moves["entity", "Apple"] == (2, 0.3)
    assert moves["entity", "Boeing"] == (1, 0.0)
    assert moves["topic", "earnings"] == (3, 0.2)
    assert found.shifts[0].name == "Apple"
    assert found.versions == {"model_version": ("same", "better")}
    assert (found.gained, found.lost, found.only_one, found.only_other) == (["c"], ["a"], 1, 1)
    assert sum(found.moves) == 3
    assert found.daily["2014-01-01"] == (0.5, 0.7, 1)
    assert found.as_json()["shifts"][0]["mean"] == pytest.approx(0.3)


def test_run_that_is_not_done_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="interrupted"):
        compared(begun(tmp_path, "one"), finished(tmp_path, "other", []))


def test_plots_are_drawn_of_little_and_of_much(tmp_path: Path) -> None:
    found = compared(finished(tmp_path, "one", []), finished(tmp_path, "other", [event(0, 0.1)]))
    assert all(file.read_bytes().startswith(b"<?xml") for file in plot_differences(found, tmp_path / "plots"))


def test_plots_of_the_same_differences_are_the_same_files(tmp_path: Path) -> None:
    events = [event(number, number / 10) for number in range(9)]
    found = compared(finished(tmp_path, "one", events), finished(tmp_path, "other", events[1:]))
    drawn = [file.read_bytes() for file in plot_differences(found, tmp_path / "plots")]
    assert len(drawn) == 4
    assert [file.read_bytes() for file in plot_differences(found, tmp_path / "plots")] == drawn


def test_what_computed_the_scores_is_told_where_it_differs(tmp_path: Path) -> None:
    here = finished(tmp_path, "here", [])
    other = Runtime(runtime="memory", precision="bf16", processor_flags=("amx",))
    there = finished(tmp_path, "there", [], model_runtime=other)
    assert compared(here, there).versions == {"model_runtime": ("memory, f32", "memory, bf16, amx")}
