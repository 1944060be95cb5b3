"""Keeps servers and workers running: starts again what fails, and stops all where going on would lose data."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Protocol

from stream_app.errors import ConfigurationError, DeadLetterLimitExceeded, ServerUnavailable, StreamAppError

_LOOK_SECONDS = 0.2
_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 30.0
_STEADY_SECONDS = 60.0
_USAGE = 2
# What a restart cannot mend: a wrong call, and a topic that is mostly invalid.
_FINAL: dict[int, type[StreamAppError]] = {
    _USAGE: ConfigurationError,
    DeadLetterLimitExceeded.exit_code: DeadLetterLimitExceeded,
}


class Supervised(Protocol):
    """A child process that can be started again."""

    name: str
    title: str

    @property
    def pid(self) -> int:
        """Process id of the one that runs now."""
        ...

    @property
    def log_path(self) -> Path:
        """The file that its output goes to."""
        ...

    def returncode(self) -> int | None:
        """Return its exit status, or None while it runs."""
        ...

    def last_words(self) -> str:
        """Return the line of its log that tells best why it ended."""
        ...

    def restart(self) -> None:
        """Start it again."""
        ...

    def request_stop(self) -> None:
        """Ask it to end, without waiting."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class Supervisor:
    """Watches child processes; `report` is told, in one line, of each that ended and of each that is started again."""

    def __init__(self, report: Callable[[str], None], *, seconds: Callable[[], float] = time.monotonic) -> None:
        """Watch nothing yet; `seconds` is a clock that never goes back."""
        self._report, self._seconds = report, seconds
        self._servers: list[_Watched] = []
        self._workers: list[_Watched] = []

    def watch_server(self, server: Supervised, *, loses: str | None = None) -> None:
        """Start the server again when it ends; `loses` says what would be gone then, and makes its end final."""
        self._servers.append(_Watched(server, self._seconds(), loses=loses))

    def watch_worker(self, worker: Supervised) -> None:
        """Start the worker again when it fails; one that ends with status 0 is done."""
        self._workers.append(_Watched(worker, self._seconds(), may_end=True))

    def check(self) -> bool:
        """Look at every child once and start again what is due; return whether there is anything left to watch.

        Raises StreamAppError, which tells the last line of the log, when a restart would not help.
        """
        for watched in (*self._servers, *self._workers):
            watched.check(self._seconds(), self._report)
        done = [watched for watched in self._workers if watched.is_done()]
        for watched in done:
            self._workers.remove(watched)
            self._report(f"{watched.child.title} is done")
        return bool(self._workers) or not done

    def run(self, stop: threading.Event) -> None:
        """Check until `stop` is set or the last worker is done."""
        while self.check() and not stop.wait(_LOOK_SECONDS):
            pass

    def stop(self) -> None:
        """End all: first the workers, so that they finish their batches, then the servers."""
        for group in (self._workers, self._servers):
            for watched in group:
                watched.child.request_stop()
            for watched in group:
                watched.child.stop()
            group.clear()


class _Watched:
    """A child, and when to start it again."""

    def __init__(self, child: Supervised, now: float, *, may_end: bool = False, loses: str | None = None) -> None:
        self.child, self._may_end, self._loses = child, may_end, loses
        self._started, self._delay = now, _FIRST_DELAY_SECONDS
        self._due: float | None = None

    def is_done(self) -> bool:
        return self._may_end and self._due is None and self.child.returncode() == 0

    def check(self, now: float, report: Callable[[str], None]) -> None:
        if self._due is not None:
            if now >= self._due:
                self._restart(now, report)
        elif (status := self.child.returncode()) is not None and not self.is_done():
            self._ended(status, now, report)

    def _ended(self, status: int, now: float, report: Callable[[str], None]) -> None:
        what = f"{self.child.title} ended (status {status}): “{self.child.last_words()}”"
        where = f"(log: {self.child.log_path})"
        if self._loses:
            raise ServerUnavailable(f"{what}; {self._loses} {where}")
        if self._may_end and status in _FINAL:
            raise _FINAL[status](f"{what} {where}")
        if now - self._started >= _STEADY_SECONDS:
            self._delay = _FIRST_DELAY_SECONDS
        self._due = now + self._delay
        report(f"{what}; it is started again in {self._delay:g} s {where}")
        self._delay = min(2 * self._delay, _LONGEST_DELAY_SECONDS)

    def _restart(self, now: float, report: Callable[[str], None]) -> None:
        try:
            self.child.restart()
        except ServerUnavailable as error:
            self._due = now + self._delay
            self._delay = min(2 * self._delay, _LONGEST_DELAY_SECONDS)
            report(f"{error}; the next attempt is in {self._due - now:g} s")
        else:
            self._due, self._started = None, now
            report(f"{self.child.title} runs again (pid {self.child.pid})")


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Give an event that SIGINT, SIGTERM or SIGHUP sets; a second signal does what it did before. Main thread only."""
    event = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.getsignal(number) for number in numbers}

    def stop(number: int, _: FrameType | None) -> None:
        event.set()
        signal.signal(number, previous[signal.Signals(number)])

    for number in numbers:
        signal.signal(number, stop)
    try:
        yield event
    finally:
        for number in numbers:
            signal.signal(number, previous[number])
