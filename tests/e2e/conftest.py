"""Commands as a user types them: the installed `stream-app`, in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stream_app.cli.main import main

COMMAND = Path(sys.executable).with_name("stream-app")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("STREAM_APP_")}


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """The JSON lines that it printed."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Shell:
    """A folder, and what is typed in it."""

    folder: Path

    def run(self, *args: str, given: bytes = b"", timeout: float = 180, **environment: str) -> Done:
        done = subprocess.run(
            [COMMAND, *args],
            cwd=self.folder,
            env=ENVIRONMENT | {"COLUMNS": "160"} | environment,
            input=given,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def here(self, *args: str, given: bytes = b"", **environment: str) -> Done:
        """The same in this process: for the further calls of a test, which need not load all the libraries again.

        What a command does by itself, such as how it ends and how long it takes to start, `run` tells.
        """
        with pytest.MonkeyPatch.context() as patch, CliRunner().isolation(given) as (out, err, _):
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", [str(COMMAND), *args])
            for name in os.environ.keys() - ENVIRONMENT.keys():
                patch.delenv(name)
            for name, value in ({"COLUMNS": "160"} | environment).items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
            sys.stdout.flush()
            sys.stderr.flush()
            return Done(int(ended.value.code or 0), out.getvalue().decode(), err.getvalue().decode())

    @contextmanager
    def started(self, *args: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command; at the end it is gone, however the test went."""
        with subprocess.Popen(
            [COMMAND, *args],
            cwd=self.folder,
            env=ENVIRONMENT | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A folder in which nothing runs."""
    return Shell(tmp_path)


@dataclass(frozen=True)
class Up:
    """A running `stream-app up`: what it said first, and the folder that it runs in."""

    shell: Shell
    ready: dict[str, Any]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One `stream-app up` for the tests of a file, which share its topics.

    It ends with them: broker and worker ask each other for news twenty times a second, a tenth of a core for nothing.
    """
    shell = Shell(tmp_path_factory.mktemp("up"))
    with shell.started("up", "--json") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, process.communicate()[1]
        yield Up(shell, json.loads(first))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
