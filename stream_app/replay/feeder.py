"""Feeds a replay: no faster than its speed, and never further ahead of the workers than stated.

A tick stands between two laps: it is written when every agent has finished everything before it, and nothing is written
after it before every agent has finished with the tick. So an agent that decides at ticks sees the same in every run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol, TypeVar

import structlog

from stream_app.errors import ServerUnavailable
from stream_app.pipeline.ports import EventLog, Message
from stream_app.replay.pace import Pace
from stream_app.replay.preparing import Item

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

_BLOCK = 128
_LEAST_LOOK_SECONDS, _MOST_LOOK_SECONDS = 0.05, 0.5
_MOST_FINISHED_A_SECOND = 1000
"""More than workers were ever seen to finish: so nobody looks again while too many are unfinished anyhow."""
_AWAY_SECONDS = 1.0
_LONGEST_NAP_SECONDS = 0.2


class Unfinished(Protocol):
    """Tells how many records the workers have not finished."""

    async def read(self) -> int:
        """Return the number; ServerUnavailable where nobody can tell."""
        ...


@dataclass(frozen=True, slots=True)
class FeedRules:
    """At most `ahead` records unfinished; `at_ticks` waits there for the agents, where any of them follows ticks."""

    ahead: int
    at_ticks: bool


@dataclass(slots=True)
class Progress:
    """How far the feeding is: entries taken from the sources, those not finished at the last look, and event time."""

    taken: int = 0
    unfinished: int = 0
    moment: datetime | None = None


class Feeder:
    """Writes items to the log; `paused` is asked before each block, `progress` is there to be looked at."""

    def __init__(
        self,
        log: EventLog,
        unfinished: Unfinished,
        pace: Pace,
        *,
        rules: FeedRules,
        paused: Callable[[], bool],
    ) -> None:
        self._log, self._unfinished, self._pace = log, unfinished, pace
        self._rules, self._paused = rules, paused
        self._size = min(_BLOCK, max(1, rules.ahead // 4))
        self.progress = Progress()

    async def feed(self, items: Iterator[Item]) -> None:
        """Return when all items are written and everything is finished. Items are made in a thread."""
        await self._until(0)
        while block := await asyncio.to_thread(_block, items, self._size):
            await self._unpaused()
            entries = [item for item in block if not item.is_tick]
            await self._entries(entries)
            for tick in block[len(entries) :]:
                await self._tick(tick.messages)
        await self._until(0)

    async def _entries(self, items: Sequence[Item]) -> None:
        loop = asyncio.get_running_loop()
        await self._until(self._rules.ahead - len(items), assumed=self.progress.unfinished)
        due: list[Message] = []
        for item in items:
            wait = self._pace.due(item.moment, loop.time()) - loop.time() if item.messages else 0
            if wait > 0:
                await self._send(due)
                due = []
                await self._nap(wait)
            due.extend(item.messages)
            self.progress.taken += 1
            self.progress.moment = item.moment
        await self._send(due)

    async def _tick(self, messages: Sequence[Message]) -> None:
        if messages and self._rules.at_ticks:
            await self._until(0)
        await self._send(messages)
        if messages and self._rules.at_ticks:
            await self._until(0)

    async def _send(self, messages: Sequence[Message]) -> None:
        if messages:
            await _patiently(lambda: self._log.send(messages))
            self.progress.unfinished += len(messages)

    async def _until(self, most: int, *, assumed: int | None = None) -> None:
        """Wait until at most so many records are unfinished; `assumed` is a bound that spares a look."""
        if assumed is not None and assumed <= most:
            return
        while (left := await _patiently(self._unfinished.read)) > most:
            self.progress.unfinished = left
            soonest = (left - most) / _MOST_FINISHED_A_SECOND
            await asyncio.sleep(min(max(soonest, _LEAST_LOOK_SECONDS), _MOST_LOOK_SECONDS))
        self.progress.unfinished = left

    async def _unpaused(self) -> None:
        while self._paused():
            self._pace.restart()
            await asyncio.sleep(_LONGEST_NAP_SECONDS)

    async def _nap(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0 and not self._paused():
            await asyncio.sleep(min(left, _LONGEST_NAP_SECONDS))
            if left > _LONGEST_NAP_SECONDS:
                self.progress.unfinished = await _patiently(self._unfinished.read)
        await self._unpaused()


def _block(items: Iterator[Item], size: int) -> list[Item]:
    """Return the next items, up to so many; a tick is the last of its block."""
    block: list[Item] = []
    for item in islice(items, size):
        block.append(item)
        if item.is_tick:
            break
    return block


async def _patiently(step: Callable[[], Awaitable[_T]]) -> _T:
    while True:
        try:
            return await step()
        except ServerUnavailable as error:
            _log.warning("a server is away: the replay waits", error=str(error))
            await asyncio.sleep(_AWAY_SECONDS)
