"""What runs on this machine, read from /proc: to prove that nothing is left behind."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from pathlib import Path

_LOOK_SECONDS = 0.05


def descendants(pid: int) -> set[int]:
    """Return all processes that the process started, directly or through others."""
    parents = _parents()
    found: set[int] = set()
    fresh = {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def survivors(pids: Collection[int], *, within_seconds: float) -> set[int]:
    """Return which of these processes still run after that time; return early when none does."""
    deadline = time.monotonic() + within_seconds
    while True:
        running = {pid for pid in pids if pid in _parents()}
        if not running or time.monotonic() > deadline:
            return running
        time.sleep(_LOOK_SECONDS)


def _parents() -> Mapping[int, int]:
    """Return the parent of every process that runs; one that only waits to be reaped does not."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state not in "ZX":
            parents[int(stat.parent.name)] = int(parent)
    return parents
