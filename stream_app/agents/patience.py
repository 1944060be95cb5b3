"""Waiting for servers that are away, and saying so: to the log, to the metrics, to whoever watches for stalls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from stream_app.errors import ServerUnavailable
from stream_app.pipeline.ports import Telemetry

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

Sleep = Callable[[float], Awaitable[None]]


class Patience:
    """Repeats what may be repeated for as long as a server is away; a refusal is not waited for."""

    def __init__(
        self,
        telemetry: Telemetry,
        *,
        first_pause: float = 0.2,
        longest_pause: float = 5.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Pauses are in seconds and double from the first to the longest."""
        self._telemetry = telemetry
        self._first_pause, self._longest_pause, self._sleep = first_pause, longest_pause, sleep
        self._waiting = 0

    @property
    def waiting(self) -> bool:
        """Whether anybody waits now; also while it is tried again, which may take most of the time."""
        return self._waiting > 0

    async def until_available(self, step: Callable[[], Awaitable[_T]]) -> _T:
        """Return what `step` returns, once it does not raise ServerUnavailable any more."""
        try:
            return await step()
        except ServerUnavailable as error:
            away = error
        self._waiting += 1
        try:
            return await self._again(step, away)
        finally:
            self._waiting -= 1

    async def _again(self, step: Callable[[], Awaitable[_T]], away: ServerUnavailable) -> _T:
        pause = self._first_pause
        while True:
            self._telemetry.count("stream_app_step_retries_total")
            _log.warning("a server is away: the batch waits", error=str(away), pause_seconds=pause)
            await self._sleep(pause)
            pause = min(2 * pause, self._longest_pause)
            try:
                return await step()
            except ServerUnavailable as error:
                away = error
