"""The batches that agents have in hand: what a stop or a rebalance waits for, so that little is done twice.

The engine's own waiting counts messages. Where several agents read one topic, it waits for ever for those that lie
before agents that are paused; so what counts here are bodies that have begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

_ACKNOWLEDGED_SECONDS = 0.1
"""The engine acknowledges a batch when its agent asks for the next one: a turn of the loop after its body has ended."""


class InHand:
    """Counts batches; one for all agents of a worker. `filling` seconds may go by before a batch has begun."""

    def __init__(self, *, filling: float) -> None:
        self._filling = filling
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count a batch as long as the block runs."""
        self._count += 1
        self._none.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._none.set()

    async def finished(self, *, seconds: float) -> bool:
        """Wait until none is in hand, once no more messages are given out; tell whether that came in time."""
        await asyncio.sleep(self._filling)
        if self._count:
            try:
                await asyncio.wait_for(self._none.wait(), seconds)
            except TimeoutError:
                return False
        await asyncio.sleep(_ACKNOWLEDGED_SECONDS)
        return True
