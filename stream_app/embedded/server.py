"""A server as a child process: what it takes to start one, and one that runs and answers."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from stream_app.embedded.logs import LogFile
from stream_app.embedded.ports import LOOPBACK, free_port, is_free
from stream_app.embedded.process import Child
from stream_app.errors import ServerUnavailable

Ports = Mapping[str, int]
MAIN = "main"
_PORT_TAKEN = re.compile(r"address (already )?in use|already in use", re.IGNORECASE)
_ATTEMPTS = 5
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one kind of server is started; `command` and `is_ready` are told the ports by their names."""

    name: str
    title: str
    command: Callable[[Ports], Sequence[str]]
    is_ready: Callable[[Ports], bool]
    cause: str
    port_names: Sequence[str] = (MAIN,)
    environment: Mapping[str, str] = field(default_factory=dict)
    grace_seconds: float = 5.0
    shared_memory: str = ""
    """What the names of its segments in /dev/shm begin with."""


class _PortTakenError(Exception):
    """Somebody else bound a port between the look and the start."""


class RunningServer:
    """A server that was ready when it was handed out."""

    def __init__(self, recipe: Recipe, *, ports: Ports, log: LogFile, timeout_seconds: float) -> None:
        """Start the server and wait until it is ready."""
        self.name, self.title = recipe.name, recipe.title
        self.ports = dict(ports)
        self._recipe, self._log, self._timeout_seconds = recipe, log, timeout_seconds
        self._child = self._start()

    @property
    def address(self) -> str:
        """`host:port` for its clients."""
        return f"{LOOPBACK}:{self.ports[MAIN]}"

    @property
    def pid(self) -> int:
        """Process id of the server itself."""
        return self._child.pid

    @property
    def log_path(self) -> Path:
        """The file that its output goes to."""
        return self._log.path

    def returncode(self) -> int | None:
        """Return its exit status (128 and more: a signal), or None while it runs."""
        return self._child.returncode()

    def last_words(self) -> str:
        """Return the line of its log that tells best why it ended."""
        return self._log.last_words(self._recipe.cause)

    def restart(self) -> None:
        """Start it again on the same ports; what it held in memory is gone."""
        self._child.stop()
        try:
            self._child = self._start()
        except _PortTakenError as error:
            raise ServerUnavailable(f"{self.title} cannot start again: {error} (log: {self.log_path})") from None

    def request_stop(self) -> None:
        """Ask it to end, without waiting."""
        self._child.request_stop()

    def stop(self) -> None:
        """End it and all it started; to stop it twice is harmless."""
        self._child.stop()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> Child:
        child = Child(
            self._recipe.command(self.ports),
            self._log,
            environment={**os.environ, **self._recipe.environment},
            grace_seconds=self._recipe.grace_seconds,
            shared_memory=self._recipe.shared_memory,
        )
        try:
            self._await_ready(child)
        except BaseException:
            child.stop()
            raise
        return child

    def _await_ready(self, child: Child) -> None:
        deadline = time.monotonic() + self._timeout_seconds
        while not (self._recipe.is_ready(self.ports) and child.returncode() is None):
            if child.returncode() is not None:
                raise self._died()
            if time.monotonic() > deadline:
                raise ServerUnavailable(
                    f"{self.title} was not ready within {self._timeout_seconds:g} s; its last line is "
                    f"“{self.last_words()}”: raise STREAM_APP_START_TIMEOUT or see {self.log_path}"
                )
            time.sleep(_LOOK_SECONDS)

    def _died(self) -> Exception:
        if _PORT_TAKEN.search(self._log.text()):
            return _PortTakenError(f"a port of {sorted(self.ports.values())} is in use")
        return ServerUnavailable(f"{self.title} ended at its start: “{self.last_words()}” (log: {self.log_path})")


def start_server(recipe: Recipe, *, state_dir: Path, port: int = 0, timeout_seconds: float = 60.0) -> RunningServer:
    """Start a server on that port (0: a free one) and return it when it is ready.

    Raises ServerUnavailable for a port in use and for a server that does not come up.
    """
    if port and not is_free(port):
        raise ServerUnavailable(
            f"port {port} on {LOOPBACK} is in use, so {recipe.title} cannot have it: choose another"
        )
    with ExitStack() as on_failure:
        log = LogFile(state_dir / "logs", recipe.name)
        on_failure.callback(log.close)
        server = _start_on_free_ports(recipe, port, log=log, timeout_seconds=timeout_seconds)
        on_failure.pop_all()
    return server


def _start_on_free_ports(recipe: Recipe, port: int, *, log: LogFile, timeout_seconds: float) -> RunningServer:
    for _ in range(_ATTEMPTS):
        ports = _choose_ports(recipe, port)
        with suppress(_PortTakenError):
            return RunningServer(recipe, ports=ports, log=log, timeout_seconds=timeout_seconds)
    raise ServerUnavailable(f"{recipe.title} found no free port in {_ATTEMPTS} attempts (log: {log.path})")


def _choose_ports(recipe: Recipe, main: int) -> Ports:
    ports: dict[str, int] = {}
    for name in recipe.port_names:
        ports[name] = main if name == MAIN and main else free_port([*ports.values(), main])
    return ports
