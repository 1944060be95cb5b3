"""Every command explains itself, at once, and says in one line what went wrong."""

from __future__ import annotations

import os
import time

import pytest

from stream_app.cli.commands import COMMANDS
from tests.e2e.conftest import Shell


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name: str, shell: Shell) -> None:
    done = shell.here(name, "--help")
    assert done.status == 0
    assert f"Usage: stream-app {name}" in done.out
    assert f"stream-app {name}" in done.out.partition("Example:")[2]


def test_the_first_help_is_there_at_once(shell: Shell) -> None:
    begin = os.times()
    started = time.monotonic()
    done = shell.run("--help")
    used = sum(os.times()[2:4]) - sum(begin[2:4])
    assert done.status == 0
    assert all(name in done.out for name in COMMANDS)
    assert min(used, time.monotonic() - started) < 1.0


def test_the_version_is_that_of_the_package(shell: Shell) -> None:
    assert shell.run("--version").out.startswith("stream-app 0.")


@pytest.mark.parametrize(
    "call",
    [
        ("no-such-command",),
        ("feed",),
        ("feed", "a.jsonl", "--topic", "sentiment.events"),
        ("score",),
        ("score", "a text", "--input", "a.jsonl"),
        ("dlq", "requeue"),
        ("up", "--workers", "0"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_status_2(call: tuple[str, ...], shell: Shell) -> None:
    assert shell.here(*call).status == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("feed", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("replay", "run", "nowhere.jsonl", "--name", "x"), "nowhere.jsonl cannot be read"),
        (("model", "list", "--repository", "nowhere"), "nowhere holds no version of a model"),
        (("schema", "export", "--out", "/proc/none"), "/proc/none cannot be"),
        (("tail", "news.raw"), "set STREAM_APP_KAFKA_BROKERS, or run `stream-app up`"),
        (("score", "--input", "nowhere.jsonl", "--json"), "nowhere.jsonl cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_fails_is_status_1_and_one_line_that_says_what_to_do(
    call: tuple[str, ...], message: str, shell: Shell
) -> None:
    done = shell.run(*call)
    assert done.status == 1
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert not done.out


def test_a_wrong_setting_is_one_line_too(shell: Shell) -> None:
    done = shell.run("tail", "news.raw", STREAM_APP_PARTITIONS="none")
    assert done.status == 2
    assert done.err.startswith("stream-app: STREAM_APP_PARTITIONS is wrong")
    assert len(done.err.splitlines()) == 1


def test_a_broker_that_is_away_is_one_line(shell: Shell) -> None:
    done = shell.run("tail", "news.raw", STREAM_APP_KAFKA_BROKERS="127.0.0.1:9")
    assert done.status == 1
    assert "Kafka at 127.0.0.1:9 cannot be reached" in done.err
    assert len(done.err.splitlines()) == 1


def test_schemas_are_written_where_they_are_wanted(shell: Shell) -> None:
    done = shell.run("schema", "export", "--out", "schemas", "--json")
    assert done.status == 0
    written = {line["file"] for line in done.lines}
    assert written == {str(path.relative_to(shell.folder)) for path in (shell.folder / "schemas").iterdir()}
    assert "schemas/asyncapi.json" in written
