"""Run one command so that it ends, with all it started, when the process that asked for it ends, however that ends.

A script of its own: `python -I -S guard.py GRACE_SECONDS SHARED_MEMORY COMMAND…`. Standard input is a pipe that the
asking process holds open and never writes to; its end is the end of that process. The first line of standard output is
the pid of the command, whose own output goes to standard error, a log file. SHARED_MEMORY is what the names of the
command's segments in /dev/shm begin with, or empty; what is left of them in the end is removed.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  (where Linux has it)
_LEFTOVER_GRACE_SECONDS = 2.0
_LOOK_SECONDS = 1.0
_STEP_SECONDS = 0.05


def _spawn(command: list[str]) -> int:
    """Start the command as the leader of its own process group; should this guard be killed, the kernel kills it."""
    guard = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != guard:
        os._exit(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        os.execvp(command[0], command)  # noqa: S606  (no shell is wanted)
    except OSError as error:
        os.write(2, f"cannot run {command[0]}: {error.strerror}\n".encode())
        os._exit(127)


def _wait(pid: int, seconds: float) -> int | None:
    """Return the exit status of the command, or None when it still runs after that time."""
    deadline = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        time.sleep(_STEP_SECONDS)


def _watch(pid: int, wake: int) -> tuple[int | None, bool]:
    """Wait until the command ends (its status), a stop is asked for (True) or the asking process is gone."""
    asking = os.getppid()
    while True:
        readable, _, _ = select.select([0, wake], [], [], _LOOK_SECONDS)
        status = _wait(pid, 0)
        if status is not None:
            return status, False
        # A copy of the pipe may live on in a fork of the asking process: hence the look at the parent.
        if 0 in readable or os.getppid() != asking:
            return None, False
        if wake in readable and signal.SIGTERM in os.read(wake, 64):
            return None, True


def _clear(group: int) -> None:
    """See that nothing of the command's process group is left, such as Triton's Python stubs.

    They notice by themselves that their server is gone, and get a moment for that.
    """
    for number in (0, signal.SIGKILL):
        deadline = time.monotonic() + _LEFTOVER_GRACE_SECONDS
        while time.monotonic() < deadline:
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                return
            time.sleep(_STEP_SECONDS)


def _remove_shared_memory(prefix: str) -> None:
    if prefix:
        for segment in _SHARED_MEMORY.glob(f"{prefix}*"):
            segment.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Guard the command and return its exit status, 128 and more for a signal."""
    grace, shared_memory, command = float(arguments[0]), arguments[1], arguments[2:]
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    pid = _spawn(command)
    os.write(1, f"{pid}\n".encode())
    os.close(1)
    status, asked = _watch(pid, wake)
    if asked:
        os.kill(pid, signal.SIGTERM)
        status = _wait(pid, grace)
    if status is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        status = -signal.SIGKILL
    _clear(pid)
    _remove_shared_memory(shared_memory)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
