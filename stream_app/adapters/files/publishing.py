"""Records of files on their way into a topic, as fast as the broker takes them or at a rate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from stream_app.adapters.files.record import FileRecord
from stream_app.pipeline.ports import EventLog, Message

_MOST_AT_ONCE = 500
_BATCHES_A_SECOND = 10


async def publish(
    log: EventLog,
    topic: str,
    records: Iterable[FileRecord],
    *,
    rate: float | None = None,
    on_sent: Callable[[int], None] = lambda _: None,
) -> int:
    """Write all records in their order, at most `rate` a second, and return how many the log has."""
    size = _MOST_AT_ONCE if rate is None else min(_MOST_AT_ONCE, max(1, round(rate / _BATCHES_A_SECOND)))
    loop = asyncio.get_running_loop()
    begin, sent = loop.time(), 0
    for batch in _batches(iter(records), size):
        if rate is not None:
            await asyncio.sleep(begin + sent / rate - loop.time())
        await log.send([Message(topic=topic, key=record.key, value=record.value) for record in batch])
        sent += len(batch)
        on_sent(len(batch))
    return sent


def _batches(records: Iterator[FileRecord], size: int) -> Iterator[list[FileRecord]]:
    while batch := list(islice(records, size)):
        yield batch
