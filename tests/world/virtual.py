"""Virtual time: an event loop whose heap of (time, action) is all that moves its clock, so that hours take no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

from tests.unit.agents.world import ProcessEnded

_T = TypeVar("_T")


class StandsStillError(AssertionError):
    """Everybody waits, and nothing is planned that would wake anybody."""


class _NoWaiting(selectors.SelectSelector):
    """Does not wait for the time of the next action, but goes there."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise StandsStillError("all wait for each other")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs what is due in order of virtual time; what is due at the same time, in the order in which it was planned."""

    def __init__(self) -> None:
        self._heap_clock = _NoWaiting()
        super().__init__(self._heap_clock)
        self.set_exception_handler(_tell)

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self._heap_clock.now

    def run_in_executor(self, *_: object) -> NoReturn:
        """Refuse: a thread knows no virtual time."""
        raise AssertionError("what computes in a thread has to be given another way to compute")


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tell of tasks that nobody waited for, unless they are those of a worker that is gone."""
    if not isinstance(context.get("exception"), ProcessEnded):
        loop.default_exception_handler(context)


def run(main: Coroutine[None, None, _T]) -> _T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def now() -> float:
    """Return the present virtual time in seconds."""
    return asyncio.get_running_loop().time()
