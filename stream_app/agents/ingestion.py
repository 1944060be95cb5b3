"""A micro-batch's way to its outcomes, in parts: prepared side by side, concluded one after the other.

While the model reads one part, the next is linked and encoded and the one before becomes events.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from functools import partial

from stream_app.agents.outbox import Outbox
from stream_app.agents.patience import Patience
from stream_app.agents.shadow import Shadow
from stream_app.errors import DeadLetterLimitExceeded
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.flow import Flow, Prepared, Told
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Outcome, Record
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.stall import Partition

_PART_RECORDS = 128
_PART_BYTES = 128 * 1024
"""Of a part of more than one record: 128 headlines have 40 KiB, and one transcript of a call takes seconds."""
_PARTS_AHEAD = 2
"""Parts that are prepared while one is concluded: one for the model, one for this process (docs/benchmarks.md)."""


class Ingestion:
    """Handles batches of records; when `handle` has returned, their offsets may advance."""

    def __init__(
        self,
        flow: Flow,
        outbox: Outbox,
        *,
        adopted: Callable[[], tuple[Snapshot, Reader]],
        patience: Patience,
        new_limit: Callable[[], DeadLetterLimit],
        shadow: Shadow | None = None,
    ) -> None:
        """`adopted` are the graph and the model of now; `new_limit` makes the limit of one input topic."""
        self._flow, self._outbox, self._shadow = flow, outbox, shadow
        self._adopted, self._patience = adopted, patience
        self._limits: defaultdict[str, DeadLetterLimit] = defaultdict(new_limit)
        self._order = asyncio.Lock()
        self._advanced: set[Partition] = set()

    def advanced(self) -> set[Partition]:
        """Return the topics, without a prefix, and partitions whose batch got on since this was asked last.

        A batch of long documents may take minutes, and no offset advances before its end.
        """
        found, self._advanced = self._advanced, set()
        return found

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when every record has its outcome, written and remembered.

        Raises DeadLetterLimitExceeded, and whatever waiting does not cure.
        """
        # Taken once: all parts of a batch are linked with one graph and scored by one version of the model.
        async with aclosing(self._prepared(records, *self._adopted())) as parts:
            async for prepared in parts:
                await self._conclude(prepared)
                self._advanced.update((record.topic, record.partition) for record in records)

    async def _prepared(
        self, records: Sequence[Record], snapshot: Snapshot, reader: Reader
    ) -> AsyncGenerator[Prepared]:
        """Yield the parts in order, each prepared; those after it are on their way."""
        ahead: deque[asyncio.Task[Prepared]] = deque()
        try:
            for part in _parts(records):
                prepare = partial(self._flow.prepare, part, snapshot, reader)
                ahead.append(asyncio.create_task(self._patience.until_available(prepare)))
                if len(ahead) > _PARTS_AHEAD:
                    yield await ahead.popleft()
            while ahead:
                yield await ahead.popleft()
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)

    async def _conclude(self, prepared: Prepared) -> None:
        # One part at a time: the first document of a story is remembered before the second asks.
        async with self._order:
            processed = await self._patience.until_available(partial(self._flow.conclude, prepared))
            await self._outbox.deliver(processed)
        if self._shadow is not None:
            scored = (told.scored for told in prepared.told if isinstance(told, Told))
            self._shadow.offer(scored, prepared.versions[0])
        self._watch_limits(processed.outcomes)

    def _watch_limits(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            topic = outcome.record.topic
            limit = self._limits[topic]
            limit.add(outcome.result)
            if limit.exceeded:
                raise DeadLetterLimitExceeded(
                    f"most of the last {limit.stretch} records of {topic} were invalid: the worker stops instead of "
                    "draining the topic; see `stream-app dlq list`, mend what produces them, then start it again"
                )


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """Yield the records in parts that take no more than seconds each."""
    start = size = 0
    for place, record in enumerate(records):
        length = len(record.value or b"")
        if place > start and (place - start == _PART_RECORDS or size + length > _PART_BYTES):
            yield records[start:place]
            start, size = place, 0
        size += length
    if records:
        yield records[start:]
