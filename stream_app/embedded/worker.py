"""A worker as a child process: a command of our own that the supervisor starts again when it fails."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from stream_app.embedded.logs import LogFile
from stream_app.embedded.process import Child

_CAUSE = r"^stream-app: .*"
_GRACE_SECONDS = 30.0


class WorkerProcess:
    """One worker and its successors; its output goes to a log file of its name."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        state_dir: Path,
        environment: Mapping[str, str],
        grace_seconds: float = _GRACE_SECONDS,
    ) -> None:
        """Start the command; `environment` is added to that of this process."""
        self.name = self.title = name
        self._command, self._environment, self._grace_seconds = command, environment, grace_seconds
        self._log = LogFile(state_dir / "logs", name)
        self._child = self._start()

    @property
    def pid(self) -> int:
        """Process id of the present worker."""
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
        return self._log.last_words(_CAUSE)

    def restart(self) -> None:
        """Start the next one, without waiting for it to consume."""
        self._child.stop()
        self._child = self._start()

    def request_stop(self) -> None:
        """Ask it to finish its batch and end, without waiting."""
        self._child.request_stop()

    def stop(self) -> None:
        """End it within its grace; to stop it twice is harmless."""
        self._child.stop()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> Child:
        return Child(
            self._command,
            self._log,
            environment={**os.environ, **self._environment},
            grace_seconds=self._grace_seconds,
        )
