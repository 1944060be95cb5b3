"""A circuit breaker that makes callers wait: nobody calls a server that is away, and one asks whether it is back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that double from `first` to `most` seconds, shortened by chance so that workers do not come in step."""

    first: float = 0.1
    most: float = 5.0

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after attempt number `attempt`, counted from 0."""
        whole = min(self.most, self.first * 2.0 ** min(attempt, 32))
        return whole * random.uniform(0.5, 1.0)  # noqa: S311  (jitter, not a secret)


class State(Enum):
    """Closed lets calls pass, open makes them wait, half-open lets them try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitBreaker:
    """Opens after `threshold` failures in a row; closes at the first success.

    `is_back` asks the server in the open state; what it raises, the waiting caller gets. `on_change` is told
    once when the server goes away (open) and once when it answers again (closed).
    """

    def __init__(
        self,
        is_back: Callable[[], Awaitable[bool]],
        on_change: Callable[[State], None],
        *,
        threshold: int,
        backoff: Backoff,
    ) -> None:
        self._is_back, self._on_change = is_back, on_change
        self._threshold, self._backoff = threshold, backoff
        self._state = State.CLOSED
        self._failures = 0
        self._asked = 0
        self._one_asks = asyncio.Lock()

    @property
    def state(self) -> State:
        """What happens to a call now."""
        return self._state

    async def passed(self) -> None:
        """Return when a call may be tried."""
        if self._state is not State.OPEN:
            return
        async with self._one_asks:
            while self._state is State.OPEN:
                await asyncio.sleep(self._backoff.pause(self._asked))
                self._asked += 1
                if await self._is_back():
                    self._state = State.HALF_OPEN

    def succeeded(self) -> None:
        """Note that a call was answered."""
        was, self._state = self._state, State.CLOSED
        self._failures = self._asked = 0
        if was is not State.CLOSED:
            self._on_change(self._state)

    def failed(self) -> None:
        """Note that a call failed in a way that waiting may cure."""
        self._failures += 1
        if self._state is State.CLOSED and self._failures >= self._threshold:
            self._state = State.OPEN
            self._on_change(self._state)
        elif self._state is State.HALF_OPEN:
            # Ready, and yet it did not answer: the pauses go on growing.
            self._state = State.OPEN
