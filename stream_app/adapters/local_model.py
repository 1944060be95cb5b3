"""The fusion model in this process: the same file as Triton serves, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from stream_app.adapters.batching import Batch, BatchLimits, in_order, pack, unpack
from stream_app.adapters.networks import Runtime
from stream_app.pipeline.rows import ModelRow, RowResult

_LIMITS = BatchLimits(rows=64, tokens=1024)


class LocalModel:
    """Computes batches in threads, `streams` at a time: as many as the runtime was made for."""

    def __init__(self, runtime: Runtime, *, version: str, streams: int = 1, limits: BatchLimits = _LIMITS) -> None:
        self.version = version
        self._runtime, self._limits = runtime, limits
        self._streams = asyncio.Semaphore(streams)

    @property
    def waiting(self) -> bool:
        """Never: there is no server to wait for."""
        return False

    async def infer(self, rows: Sequence[ModelRow]) -> list[RowResult]:
        """Return one result for each row, in order."""
        batches = pack(rows, self._limits)
        return in_order(batches, await asyncio.gather(*map(self._answer, batches)))

    async def _answer(self, batch: Batch) -> list[RowResult]:
        async with self._streams:
            return unpack(batch, await asyncio.to_thread(self._runtime.infer, batch.inputs()))
