"""The rules by which children are started again, on children that are values and a clock that is a number."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from stream_app.embedded.supervisor import Supervisor
from stream_app.errors import ConfigurationError, DeadLetterLimitExceeded, ServerUnavailable

KILLED = 137


class FakeChild:
    """A child whose end the test decides."""

    pid = 7
    log_path = Path("/logs/child.log")

    def __init__(self, name: str, *, failing_restarts: int = 0, journal: list[str] | None = None) -> None:
        self.name = self.title = name
        self.status: int | None = None
        self.starts = 1
        self._failing_restarts = failing_restarts
        self.journal = [] if journal is None else journal

    def returncode(self) -> int | None:
        return self.status

    def last_words(self) -> str:
        return "out of luck"

    def restart(self) -> None:
        if self._failing_restarts:
            self._failing_restarts -= 1
            raise ServerUnavailable(f"{self.title} was not ready")
        self.starts += 1
        self.status = None

    def request_stop(self) -> None:
        self.journal.append(f"ask {self.name}")

    def stop(self) -> None:
        self.journal.append(f"stop {self.name}")


class Bench:
    """A supervisor with a clock in its hand and its reports in a list."""

    def __init__(self) -> None:
        self.now = 0.0
        self.reports: list[str] = []
        self.supervisor = Supervisor(self.reports.append, seconds=lambda: self.now)

    def delay_until_restart(self, child: FakeChild) -> float:
        begin, starts = self.now, child.starts
        while child.starts == starts and self.now < begin + 100:
            self.supervisor.check()
            self.now += 0.25
        return self.now - 0.25 - begin


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("status", [1, 4, KILLED])
def test_worker_that_fails_is_started_again(bench: Bench, status: int) -> None:
    worker = FakeChild("worker-1")
    bench.supervisor.watch_worker(worker)
    worker.status = status
    assert bench.delay_until_restart(worker) == 0.5
    assert "worker-1 ended" in bench.reports[0]
    assert "out of luck" in bench.reports[0]
    assert "/logs/child.log" in bench.reports[0]
    assert bench.reports[-1] == "worker-1 runs again (pid 7)"


def test_delay_doubles_up_to_half_a_minute_and_falls_back_after_a_steady_minute(bench: Bench) -> None:
    worker = FakeChild("worker-1")
    bench.supervisor.watch_worker(worker)
    delays = []
    for _ in range(9):
        worker.status = 1
        delays.append(bench.delay_until_restart(worker))
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    bench.now += 60
    worker.status = 1
    assert bench.delay_until_restart(worker) == 0.5


@pytest.mark.parametrize(("status", "error"), [(2, ConfigurationError), (3, DeadLetterLimitExceeded)])
def test_worker_that_a_restart_cannot_mend_stops_all(bench: Bench, status: int, error: type[Exception]) -> None:
    worker = FakeChild("worker-1")
    bench.supervisor.watch_worker(worker)
    worker.status = status
    with pytest.raises(error, match="out of luck"):
        bench.supervisor.check()
    assert worker.starts == 1


def test_run_ends_when_the_last_worker_is_done(bench: Bench) -> None:
    workers = [FakeChild("worker-1"), FakeChild("worker-2")]
    for worker in workers:
        bench.supervisor.watch_worker(worker)
    workers[0].status = 0
    assert bench.supervisor.check()
    workers[1].status = 0
    assert not bench.supervisor.check()
    assert [worker.starts for worker in workers] == [1, 1]


def test_run_ends_when_it_is_told_to(bench: Bench) -> None:
    bench.supervisor.watch_server(FakeChild("cache"))
    stop = threading.Event()
    stop.set()
    bench.supervisor.run(stop)
    assert bench.reports == []


@pytest.mark.parametrize("status", [0, 1, 2, KILLED])
def test_server_is_started_again_however_it_ended(bench: Bench, status: int) -> None:
    server = FakeChild("cache")
    bench.supervisor.watch_server(server)
    server.status = status
    bench.delay_until_restart(server)
    assert server.starts == 2


def test_server_that_does_not_come_up_is_tried_again(bench: Bench) -> None:
    server = FakeChild("triton", failing_restarts=2)
    bench.supervisor.watch_server(server)
    server.status = KILLED
    assert bench.delay_until_restart(server) == 0.5 + 1 + 2
    assert [report for report in bench.reports if "was not ready" in report]


def test_end_of_a_server_that_loses_data_is_loud_and_final(bench: Bench) -> None:
    broker = FakeChild("broker")
    bench.supervisor.watch_server(broker, loses="all topics are gone")
    broker.status = 0
    with pytest.raises(ServerUnavailable, match="all topics are gone"):
        bench.supervisor.check()
    assert broker.starts == 1


def test_workers_end_before_the_servers_that_they_use(bench: Bench) -> None:
    journal: list[str] = []
    bench.supervisor.watch_server(FakeChild("broker", journal=journal))
    for name in ("worker-1", "worker-2"):
        bench.supervisor.watch_worker(FakeChild(name, journal=journal))
    bench.supervisor.stop()
    assert journal == ["ask worker-1", "ask worker-2", "stop worker-1", "stop worker-2", "ask broker", "stop broker"]
    bench.supervisor.stop()
    assert len(journal) == 6


def test_first_signal_asks_to_stop_and_the_second_does_what_it_did_before() -> None:
    """In a process of its own, whose signals nothing else has touched."""
    assert subprocess.run([sys.executable, "-c", _SIGNALLED], check=False, timeout=60).returncode == 0


_SIGNALLED = """
import signal
from stream_app.embedded.supervisor import stop_on_signals

signal.signal(signal.SIGINT, signal.default_int_handler)
with stop_on_signals() as stop:
    signal.raise_signal(signal.SIGINT)
    assert stop.is_set()
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        interrupted = True
assert interrupted
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""
