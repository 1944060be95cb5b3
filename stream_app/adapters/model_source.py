"""The version of the model that batches are scored with: follows the repository without a restart.

Everything that belongs to a version changes with it, tokenizer, languages and names of topics; so what a batch takes
is whole. A version is taken into use once Triton has it ready, and until then the one that is held goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from stream_app.errors import StreamAppError
from stream_app.pipeline.ports import Telemetry
from stream_app.pipeline.reading import Reader

_log = structlog.get_logger(__name__)


class Asked(Protocol):
    """The client of one version."""

    @property
    def waiting(self) -> bool:
        """Whether the server is away, so that calls wait."""
        ...

    async def start(self) -> None:
        """Connect; StreamAppError where the server cannot be used, or does not have this version."""
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...

    def retire(self) -> None:
        """Hear that another version took over: only batches in hand still ask."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """One version: its number, its client, and what reads documents with it."""

    number: int
    client: Asked
    reader: Reader


class ModelSource:
    """Holds the wanted version. A batch takes it once, so that all of a batch is scored by one version."""

    def __init__(
        self,
        wanted: Callable[[], int | None],
        open_version: Callable[[int], Opened],
        telemetry: Telemetry,
        *,
        role: str,
        poll_seconds: float,
    ) -> None:
        """`wanted` reads the number from the repository, None where there is none to hold; `role` is for the log."""
        self._wanted, self._open, self._telemetry = wanted, open_version, telemetry
        self._role, self._poll_seconds = role, poll_seconds
        self._held: Opened | None = None
        # Batches in hand may still ask a version that was replaced, so clients are closed at the end, all together.
        self._clients: list[Asked] = []
        self._told = ""

    @property
    def reader(self) -> Reader | None:
        """What reads with the wanted version; None where there is none."""
        return self._held.reader if self._held else None

    @property
    def current(self) -> Reader:
        """What to read the next batch with."""
        if self._held is None:
            raise RuntimeError("start() comes first")
        return self._held.reader

    @property
    def waiting(self) -> bool:
        """Whether the server is away, so that batches wait."""
        return any(client.waiting for client in self._clients)

    async def start(self) -> None:
        """Take the wanted version into use; raises what `follow` would wait for."""
        await self._follow_repository()

    async def follow(self) -> None:
        """Look for another version for ever."""
        while True:
            await asyncio.sleep(self._poll_seconds)
            await self.refresh()

    async def refresh(self) -> None:
        """Take the wanted version into use if it is another; go on with the held one where that cannot be used."""
        try:
            await self._follow_repository()
        except StreamAppError as error:
            if str(error) != self._told:
                _log.warning("a version of the model cannot be used yet", role=self._role, error=str(error))
            self._told = str(error)
        else:
            self._told = ""

    async def stop(self) -> None:
        """Disconnect."""
        while self._clients:
            await self._clients.pop().stop()
        self._held = None

    async def _follow_repository(self) -> None:
        number = await asyncio.to_thread(self._wanted)
        if number == (self._held.number if self._held else None):
            return
        before, self._held = self._held, None if number is None else await self._opened(number)
        if before is not None:
            before.client.retire()

    async def _opened(self, number: int) -> Opened:
        opened = await asyncio.to_thread(self._open, number)
        try:
            await opened.client.start()
        except BaseException:
            await opened.client.stop()
            raise
        self._clients.append(opened.client)
        version = opened.reader.version
        self._telemetry.count("stream_app_model_adoptions_total", role=self._role, model_version=version)
        _log.info("a version of the model is used", role=self._role, model_version=version)
        return opened
