"""A run's folder tells what is with it, to whoever asks, and two do not run it at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stream_app.cli.replay_shown import row_of, runs_table
from stream_app.errors import ConfigurationError, DataError
from stream_app.replay.folder import RunFolder, State, folders
from stream_app.replay.manifest import Begun, Made, Runtime
from tests.unit.replay.runs import begun, finished


def test_state_follows_what_happens(tmp_path: Path) -> None:
    folder = begun(tmp_path, "one")
    assert folder.state is State.INTERRUPTED
    with folder.held():
        assert folder.state is State.RUNNING
        folder.pause(wanted=True)
        assert (folder.state, folder.paused) == (State.PAUSED, True)
        folder.pause(wanted=False)
        assert folder.state is State.RUNNING
    finished(tmp_path, "two", [])
    assert [(one.name, one.state) for one in folders(tmp_path)] == [("one", State.INTERRUPTED), ("two", State.DONE)]


def test_run_is_held_by_one_alone(tmp_path: Path) -> None:
    folder = begun(tmp_path, "one")
    with folder.held(), pytest.raises(DataError, match="under way"), RunFolder(tmp_path, "one").held():
        pass


def test_run_goes_on_only_with_what_it_was_begun_with(tmp_path: Path) -> None:
    folder = begun(tmp_path, "one")
    made = Made(
        kg_version="kg-1", model_version="fusion-1", code_version="1",
        model_runtime=Runtime(runtime="openvino", precision="f32"), events_config_sha256="a", config_sha256="b",
    )  # fmt: skip
    assert folder.begun() is None
    folder.begin_with(Begun(model_number=1, made=made))
    folder.begin_with(Begun(model_number=1, made=made))
    promoted = made.model_copy(update={"model_version": "fusion-2"})
    with pytest.raises(DataError, match=r"begun with another model_version.*replay drop one"):
        folder.begin_with(Begun(model_number=2, made=promoted))
    assert folder.begun() == Begun(model_number=1, made=made)


def test_name_is_taken_once(tmp_path: Path) -> None:
    folder = begun(tmp_path, "one")
    with pytest.raises(DataError, match="replay drop one"):
        folder.begin(folder.run())


def test_of_many_that_want_one_name_at_once_one_gets_it(tmp_path: Path) -> None:
    run = begun(tmp_path, "other").run()

    def ask(number: int, start: threading.Barrier) -> int:
        start.wait()
        try:
            RunFolder(tmp_path, f"run-{number // 4}").begin(run)
        except DataError:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        for turn in range(50):
            start = threading.Barrier(4)
            assert sum(pool.map(ask, range(4 * turn, 4 * turn + 4), [start] * 4)) == 1


def test_manifest_of_another_version_is_said_so_and_hides_no_other_run(tmp_path: Path) -> None:
    finished(tmp_path, "done", [])
    old = finished(tmp_path, "old", [])
    (old.path / "manifest.json").write_bytes(b"{}")
    with pytest.raises(DataError, match="replay drop old"):
        old.manifest()
    rows = [row_of(one) for one in folders(tmp_path)]
    assert [(row["name"], str(row["state"])) for row in rows] == [("done", "done"), ("old", "unreadable")]
    assert runs_table(folders(tmp_path)).row_count == 2


@pytest.mark.parametrize("name", ["", "A", "a.b", "../a", "a b", "-a", "a-", "x" * 61])
def test_name_that_could_reach_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError):
        RunFolder(tmp_path, name)


def test_run_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no run one"):
        RunFolder(tmp_path, "one").run()


def test_asking_for_a_run_that_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        _ = RunFolder(tmp_path, "one").state
    assert not list(tmp_path.iterdir())


def test_progress_is_what_was_noted_last(tmp_path: Path) -> None:
    folder = begun(tmp_path, "one")
    assert folder.progress() == {}
    folder.note({"taken": 1})
    folder.note({"taken": 2})
    assert folder.progress() == {"taken": 2}
