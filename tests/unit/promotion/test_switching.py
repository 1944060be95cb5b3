"""Promotion and rollback on a repository of small files, with a Triton that loads or refuses."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stream_app.adapters.model_repository import served_number
from stream_app.adapters.model_standing import read_standing
from stream_app.errors import DataError, ServerRejected
from stream_app.promotion.switching import held, offer, promote, rollback, settle_installed, standing_of
from tests.conftest import MODEL_REPOSITORY

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Loading:
    """A Triton that keeps what it is told, or refuses it."""

    def __init__(self, refusal: ServerRejected | None = None) -> None:
        self.loaded: list[set[int]] = []
        self.refusal = refusal

    async def load(self, versions: Mapping[int, str]) -> None:
        if self.refusal:
            raise self.refusal
        self.loaded.append(set(versions))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three versions without weights; the first is served, the others were installed since."""
    model = tmp_path / "fusion"
    for number in (1, 2, 3):
        (model / str(number)).mkdir(parents=True)
        (model / str(number) / "metadata.json").write_text(json.dumps({"version": f"fusion-{number}"}))
        if number == 1:
            shutil.copy(MODEL_REPOSITORY / "fusion" / "config.pbtxt", model)
            shutil.copytree(MODEL_REPOSITORY / "fusion" / "configs", model / "configs")
            first = standing_of(tmp_path)
    settle_installed(tmp_path, first)
    return tmp_path


def configured(repository: Path) -> tuple[list[int], dict[int, str]]:
    """Return what the configurations tell Triton to load, and the names that they have for it."""
    files = (repository / "fusion" / "config.pbtxt", repository / "fusion" / "configs" / "gpu.pbtxt")
    texts = [file.read_text() for file in files]
    ((policy, names),) = {
        (
            re.findall(r"version_policy \{ specific \{ versions: \[ (.*) \] \} \}", text)[0],
            tuple(re.findall(r'key: "version_(\d+)" value \{ string_value: "(.*?)" \}', text)),
        )
        for text in texts
    }
    return [int(number) for number in policy.split(", ")], {int(number): name for number, name in names}


async def test_version_that_is_only_installed_is_neither_loaded_nor_served(repository: Path) -> None:
    assert served_number(repository) == 1
    assert configured(repository) == ([1], {1: "fusion-1"})


async def test_promoted_version_is_loaded_beside_the_one_before_and_then_served(repository: Path) -> None:
    triton = Loading()
    await promote(repository, 2, at=NOON, triton=triton)
    assert served_number(repository) == 2
    assert configured(repository) == ([1, 2], {1: "fusion-1", 2: "fusion-2"})
    await promote(repository, 3, at=NOON, triton=triton)
    assert configured(repository) == ([2, 3], {2: "fusion-2", 3: "fusion-3"})
    assert triton.loaded == [{1, 2}, {2, 3}]


async def test_rollback_goes_back_step_by_step_and_not_beyond_the_first(repository: Path) -> None:
    for number in (2, 3):
        await promote(repository, number, at=NOON, triton=None)
    served = [(await rollback(repository, at=NOON, triton=None)).served for _ in range(2)]
    assert served == [2, 1]
    with pytest.raises(DataError, match="no version was served before 1"):
        await rollback(repository, at=NOON, triton=None)


async def test_rollback_keeps_what_it_goes_back_from_loaded_as_the_challenger(repository: Path) -> None:
    await promote(repository, 2, at=NOON, triton=None)
    files = [repository / "fusion" / "config.pbtxt", repository / "fusion" / "configs" / "gpu.pbtxt"]
    before = [file.stat().st_mtime_ns for file in files]
    after = await rollback(repository, at=NOON, triton=None)
    assert (after.served, after.challenger, after.loaded) == (1, 2, (1, 2))
    assert [file.stat().st_mtime_ns for file in files] == before, "a file that is touched makes Triton load all again"


async def test_rolled_back_version_can_be_promoted_again(repository: Path) -> None:
    await promote(repository, 2, at=NOON, triton=None)
    await rollback(repository, at=NOON, triton=None)
    again = await promote(repository, 2, at=NOON + timedelta(hours=1), triton=None)
    assert (again.served, again.before, again.challenger) == (2, 1, None)


async def test_a_version_before_that_is_damaged_or_gone_keeps_no_other_from_being_served(repository: Path) -> None:
    await promote(repository, 2, at=NOON, triton=None)
    (repository / "fusion" / "1" / "metadata.json").write_text("{")
    after = await promote(repository, 3, at=NOON + timedelta(hours=1), triton=None)
    assert (after.served, configured(repository)[0]) == (3, [2, 3])
    shutil.rmtree(repository / "fusion" / "2")
    with pytest.raises(DataError, match="has no version 2"):
        await rollback(repository, at=NOON, triton=None)
    with pytest.raises(DataError, match="holds no complete model"):
        await offer(repository, 1, triton=None)


async def test_a_full_disk_leaves_all_configurations_as_they_were(repository: Path) -> None:
    files = (repository / "fusion" / "config.pbtxt", repository / "fusion" / "configs" / "gpu.pbtxt")
    before = [file.read_text() for file in files]
    (files[1].parent / ".gpu.pbtxt.new").mkdir()  # so that it cannot be written
    with pytest.raises(OSError, match="new"):
        await promote(repository, 2, at=NOON, triton=None)
    assert [file.read_text() for file in files] == before
    assert served_number(repository) == 1


async def test_challenger_is_loaded_without_being_served(repository: Path) -> None:
    await promote(repository, 2, at=NOON, triton=None)
    after = await offer(repository, 3, triton=None)
    assert (after.served, after.before, after.challenger) == (2, 1, 3)
    assert configured(repository)[0] == [1, 2, 3]
    with pytest.raises(DataError, match="nothing to be compared with"):
        await offer(repository, 2, triton=None)


async def test_what_triton_cannot_load_changes_nothing(repository: Path) -> None:
    config = (repository / "fusion" / "config.pbtxt").read_text()
    with pytest.raises(ServerRejected, match="no memory"):
        await promote(repository, 2, at=NOON, triton=Loading(ServerRejected("no memory")))
    assert served_number(repository) == 1
    assert (repository / "fusion" / "config.pbtxt").read_text() == config
    assert [switch.at for switch in read_standing(repository).switches] == [None]


async def test_what_an_operator_changed_in_the_configuration_stays(repository: Path) -> None:
    file = repository / "fusion" / "config.pbtxt"
    file.write_text(
        file.read_text().replace("count: 2", "count: 7").replace('string_value: "1" ', 'string_value: "5" ')
    )
    await promote(repository, 2, at=NOON, triton=None)
    assert "count: 7" in file.read_text()
    assert 'key: "threads" value { string_value: "5" }' in file.read_text()


async def test_older_configuration_is_understood(repository: Path) -> None:
    files = (repository / "fusion" / "config.pbtxt", repository / "fusion" / "configs" / "gpu.pbtxt")
    for file in files:
        text = re.sub(r"version_policy .*\n", "version_policy: {\n  latest: { num_versions: 1 }\n}\n", file.read_text())
        file.write_text(text.replace("version_1", "version"))
    await promote(repository, 2, at=NOON, triton=None)
    assert configured(repository) == ([1, 2], {1: "fusion-1", 2: "fusion-2"})
    assert "latest" not in files[0].read_text()
    assert 'key: "version"' not in files[0].read_text()


async def test_served_version_and_one_that_is_not_there_are_refused(repository: Path) -> None:
    with pytest.raises(DataError, match="1 is served already"):
        await promote(repository, 1, at=NOON, triton=None)
    with pytest.raises(DataError, match="has no version 9"):
        await promote(repository, 9, at=NOON, triton=None)


def test_two_commands_do_not_change_a_repository_at_once(repository: Path) -> None:
    with held(repository), pytest.raises(DataError, match="another command"), held(repository):
        pass
    with held(repository):
        assert served_number(repository) == 1


def test_damaged_standing_says_what_to_do(repository: Path) -> None:
    (repository / "promotions.json").write_text("{")
    with pytest.raises(DataError, match="restore it, or delete it"):
        served_number(repository)
