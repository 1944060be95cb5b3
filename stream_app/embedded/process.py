"""A child process that cannot outlive this one, with its output in a log file."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stream_app.embedded import guard
from stream_app.embedded.logs import LogFile
from stream_app.errors import ServerUnavailable

_GUARD_MARGIN_SECONDS = 5.0


class Child:
    """One run of one command under the guard."""

    def __init__(
        self,
        command: Sequence[str],
        log: LogFile,
        *,
        environment: Mapping[str, str],
        grace_seconds: float,
        shared_memory: str = "",
    ) -> None:
        """Start the command; between SIGTERM and SIGKILL it gets the grace.

        `shared_memory` begins the names of its segments in /dev/shm, which are removed when it has ended.
        """
        log.mark()
        self._grace_seconds = grace_seconds
        self._guard = subprocess.Popen(  # noqa: S603  (the command comes from this package)
            [sys.executable, "-I", "-S", str(Path(guard.__file__)), str(grace_seconds), shared_memory, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.fd,
            env=dict(environment),
            start_new_session=True,
        )
        self.pid = self._read_pid(log)

    def _read_pid(self, log: LogFile) -> int:
        assert self._guard.stdout is not None  # noqa: S101  (for the type checker)
        with self._guard.stdout as pipe:
            line = pipe.readline()
        if not line:
            self._guard.wait()
            raise ServerUnavailable(f"cannot start a child process: {log.last_words()} (log: {log.path})")
        return int(line)

    def returncode(self) -> int | None:
        """Return the exit status of the command (128 and more: a signal), or None while it runs."""
        return self._guard.poll()

    def request_stop(self) -> None:
        """Ask the command to end by SIGTERM, without waiting."""
        if self._guard.poll() is None:
            self._guard.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """End the command and all it started, by SIGTERM and then SIGKILL; return when they are gone."""
        self.request_stop()
        try:
            self._guard.wait(self._grace_seconds + _GUARD_MARGIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        finally:
            assert self._guard.stdin is not None  # noqa: S101  (for the type checker)
            self._guard.stdin.close()
