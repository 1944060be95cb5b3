"""What is found on this machine, with and without what is needed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from stream_app.cli.configuration import unknown_settings
from stream_app.doctor.finding import Finding, Status, failed, found, ok
from stream_app.doctor.machine import (
    check_extra,
    check_packages,
    check_processor,
    check_python,
    check_settings,
    check_shared_memory,
    check_state_dir,
)
from stream_app.errors import ServerUnavailable


def test_misspelt_settings_of_the_environment_and_of_the_file_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("STREAM_APP_")]:
        monkeypatch.delenv(name)
    assert unknown_settings() == []
    monkeypatch.setenv("STREAM_APP_KAFKA_BROKER", "kafka:9092")
    monkeypatch.setenv("STREAM_APP_KAFKA_BROKERS", "kafka:9092")
    (tmp_path / ".env").write_text(
        "# a comment = none\nSTREAM_APP_REDIS = redis://\nstream_app_redis_url=redis://\nOTHER=1\n"
    )
    finding = check_settings(unknown_settings())
    assert (finding.status, finding.detail) == (
        "warning", "STREAM_APP_KAFKA_BROKER, STREAM_APP_REDIS: no such setting",
    )  # fmt: skip


@pytest.mark.parametrize(("running", "status"), [((3, 11), "ok"), ((3, 12), "ok"), ((3, 10), "failure")])
def test_python_is_one_of_two_versions(running: tuple[int, int], status: str) -> None:
    finding = check_python(running)
    assert finding.status == status
    assert sys.executable in finding.detail


def test_installed_packages_are_those_that_the_project_asks_for() -> None:
    assert check_packages().status is Status.OK


def test_extra_is_installed_where_the_tests_run() -> None:
    assert check_extra(["STREAM_APP_REDIS_URL"]).status is Status.OK


@pytest.mark.parametrize(("capabilities", "status"), [(["FP32", "BF16"], "ok"), (["FP32", "INT8"], "warning")])
def test_processor_without_bf16_is_slow_but_works(capabilities: list[str], status: str) -> None:
    assert check_processor(capabilities).status == status


def test_too_little_shared_memory_is_told(tmp_path: Path) -> None:
    assert check_shared_memory(tmp_path, least_bytes=1).status is Status.OK
    little = check_shared_memory(tmp_path, least_bytes=1 << 62)
    assert little.status is Status.FAILURE
    assert "--shm-size" in str(little.advice)
    assert check_shared_memory(tmp_path / "nowhere").status is Status.FAILURE


def test_state_folder_may_be_made_later_but_not_inside_a_file(tmp_path: Path) -> None:
    assert check_state_dir(tmp_path / "deep" / "state").status is Status.OK
    (tmp_path / "file").touch()
    blocked = check_state_dir(tmp_path / "file" / "state")
    assert blocked.status is Status.FAILURE
    assert "STREAM_APP_STATE_DIR" in str(blocked.advice)


def test_error_of_ours_says_what_happened_and_what_to_do() -> None:
    finding = failed("kafka", ServerUnavailable("Kafka at h:1 is away (refused: 111): check that it runs"))
    assert (finding.detail, finding.advice) == ("Kafka at h:1 is away (refused: 111)", "check that it runs")


async def test_look_that_raises_or_keeps_silent_is_a_finding() -> None:
    async def raises() -> Iterable[Finding]:
        raise ServerUnavailable("away: start it")

    async def keeps_silent() -> Iterable[Finding]:
        await asyncio.sleep(60)
        return [ok("kafka", "too late")]

    assert [finding.status for finding in await found("kafka", raises())] == [Status.FAILURE]
    silent = await found("kafka", keeps_silent(), patience_seconds=0.01)
    assert "no answer" in silent[0].detail
