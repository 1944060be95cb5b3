"""The broker of the simulated world: partitioned topics and committed offsets, which outlive every worker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from types import SimpleNamespace
from zlib import crc32

from stream_app.agents.ingest import record_of
from stream_app.pipeline.ports import Clock, Message
from stream_app.pipeline.records import Record

Place = tuple[str, int]
"""Topic and partition."""


class Broker:
    """Keeps all that was ever sent, by partition, with the time of its receipt."""

    def __init__(self, clock: Clock, *, partitions: int) -> None:
        self._clock, self.partitions = clock, partitions
        self._logs: defaultdict[Place, list[tuple[Message, datetime]]] = defaultdict(list)
        self._waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)
        self.committed: dict[Place, int] = {}

    def append(self, messages: Sequence[Message]) -> None:
        """Write messages, and wake who waits for them."""
        for message in messages:
            self._logs[self.place_of(message)].append((message, message.stamp or self._clock.now()))
        self.wake({message.topic for message in messages})

    def place_of(self, message: Message) -> Place:
        """Return where the message goes."""
        partition = crc32(message.key or b"") % self.partitions if message.partition is None else message.partition
        return message.topic, partition

    def commit(self, offsets: Mapping[Place, int]) -> None:
        """Keep offsets."""
        self.committed.update(offsets)

    def records(self, place: Place, *, start: int = 0, most: int | None = None) -> list[Record]:
        """Return records from that offset on, as the engine hands them over."""
        (topic, partition), log = place, self._logs[place]
        some = islice(enumerate(log[start:], start), most)
        return [_record(topic, partition, offset, message, at) for offset, (message, at) in some]

    def messages(self, topic: str) -> Iterator[Message]:
        """Yield all messages of a topic, partition by partition."""
        for partition in range(self.partitions):
            yield from self.log((topic, partition))

    def log(self, place: Place) -> list[Message]:
        """Return the messages of a partition."""
        return [message for message, _ in self._logs[place]]

    def end(self, place: Place) -> int:
        """Return the offset that comes next."""
        return len(self._logs[place])

    def wake(self, topics: Collection[str]) -> None:
        """Let all that wait for these topics look again."""
        for topic in topics:
            for waiting in self._waiting.pop(topic, ()):
                if not waiting.done():
                    waiting.set_result(None)

    async def arrival(self, topic: str) -> None:
        """Return when there may be something new."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[topic].append(waiting)
        await waiting


def _record(topic: str, partition: int, offset: int, message: Message, at: datetime) -> Record:
    engine_s = SimpleNamespace(
        topic=topic,
        partition=partition,
        offset=offset,
        key=message.key,
        value=message.value,
        headers=message.headers,
        timestamp=at.timestamp(),
    )
    return record_of(engine_s, "", settled=True)
