"""Every command of the table is there, and explains itself by an example."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from stream_app.cli.commands import COMMANDS


def commands() -> Iterator[tuple[str, Any]]:
    for name in COMMANDS:
        yield from walk(name, typer.main.get_command(importlib.import_module(f"stream_app.cli.{name}").app))


def walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(f"{path} {name}", inner)


ALL = dict(commands())
each_command = pytest.mark.parametrize("path", ALL)


@each_command
def test_help_ends_with_an_example_of_this_very_command(path: str) -> None:
    example = str(ALL[path].help).partition("Example:")[2]
    assert f"stream-app {path}" in example


@each_command
def test_help_begins_with_one_sentence(path: str) -> None:
    first = str(ALL[path].help).partition("\n\n")[0].partition("\n")[0]
    assert first.endswith((".", ";", ":", ","))
    assert first[0].isupper()


# Their output is a log, not a result.
RUN_LONG = {"worker", "model train"}
WITH_RESULTS = [path for path, command in ALL.items() if not hasattr(command, "commands") and path not in RUN_LONG]


@pytest.mark.parametrize("path", WITH_RESULTS)
def test_every_command_with_a_result_speaks_json(path: str) -> None:
    assert "--json" in {option for parameter in ALL[path].params for option in parameter.opts}
