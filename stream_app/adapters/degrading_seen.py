"""Novelty goes on while the shared store is away: from this worker's own memory, caught up on afterwards."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Sequence
from itertools import islice
from typing import TypeVar

import structlog

from stream_app.adapters.memory_seen import MemorySeenStore
from stream_app.errors import ServerUnavailable
from stream_app.pipeline.novelty import Query, Recollection, Sighting
from stream_app.pipeline.ports import SeenStore, Telemetry

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

MOST_DOCUMENTS = 50_000
_WRITTEN_AT_ONCE = 256
_AWAY = "stream_app_seen_store_away"


class DegradingSeenStore:
    """Asks the primary store, one call at a time; while it is away, remembers the last documents of this worker itself.

    `patience_seconds` is how long one call may take before the primary counts as away, `pause_seconds` how long it
    is then left alone. What was marked meanwhile is written when it is back, the last `most_documents` of it.
    """

    def __init__(
        self,
        primary: SeenStore,
        telemetry: Telemetry,
        *,
        patience_seconds: float = 1.0,
        pause_seconds: float = 5.0,
        most_documents: int = MOST_DOCUMENTS,
    ) -> None:
        self._primary = primary
        self._telemetry = telemetry
        self._patience_seconds = patience_seconds
        self._pause_seconds = pause_seconds
        self._memory = MemorySeenStore(most_documents)
        self._unwritten: deque[Sighting] = deque(maxlen=most_documents)
        self._left_alone_until: float | None = None
        telemetry.gauge(_AWAY, 0)

    async def recall(self, queries: Sequence[Query]) -> Recollection:
        """Return what the primary remembers, or what this worker does."""
        if self._may_ask():
            try:
                await self._catch_up()
                found = await self._within_patience(self._primary.recall(queries))
            except ServerUnavailable as error:
                self._lost(error)
            else:
                self._found_again()
                return found
        return await self._memory.recall(queries)

    async def mark(self, sightings: Sequence[Sighting]) -> None:
        """Remember the documents here, and in the primary as soon as it is there."""
        await self._memory.mark(sightings)
        self._unwritten.extend(sightings)
        if self._may_ask():
            try:
                await self._catch_up()
            except ServerUnavailable as error:
                self._lost(error)

    async def _catch_up(self) -> None:
        """Write what is not written yet; to write one twice changes nothing."""
        while self._unwritten:
            some = list(islice(self._unwritten, _WRITTEN_AT_ONCE))
            await self._within_patience(self._primary.mark(some))
            for _ in some:
                self._unwritten.popleft()

    async def _within_patience(self, answer: Awaitable[_T]) -> _T:
        try:
            return await asyncio.wait_for(answer, self._patience_seconds)
        except TimeoutError:
            raise ServerUnavailable(f"the seen store has not answered within {self._patience_seconds:g} s") from None

    def _may_ask(self) -> bool:
        return self._left_alone_until is None or asyncio.get_running_loop().time() >= self._left_alone_until

    def _lost(self, error: ServerUnavailable) -> None:
        if self._left_alone_until is None:
            _log.warning("the seen store is away: novelty is judged from this worker's memory", error=str(error))
            self._telemetry.gauge(_AWAY, 1)
        self._left_alone_until = asyncio.get_running_loop().time() + self._pause_seconds

    def _found_again(self) -> None:
        if self._left_alone_until is not None:
            _log.info("the seen store is back, and has what was marked meanwhile")
            self._telemetry.gauge(_AWAY, 0)
        self._left_alone_until = None
