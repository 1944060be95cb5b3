"""How many records of some topics a consumer group has not finished, read again and again with one client."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from stream_app.adapters.kafka import Connection, admin_client, away
from stream_app.adapters.kafka_ends import true_ends

_FETCH_MS = 50


class Backlog:
    """Counts records behind a group; names the group and never joins it."""

    def __init__(self, connection: Connection, group: str, topics: Collection[str]) -> None:
        self._connection, self._group, self._topics = connection, group, sorted(topics)
        self._places: list[TopicPartition] = []
        self._consumer = AIOKafkaConsumer(**connection, enable_auto_commit=False, fetch_max_wait_ms=_FETCH_MS)
        self._admin: AIOKafkaAdminClient | None = None
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._admin = await self._running.enter_async_context(admin_client(self._connection))
        self._running.push_async_callback(self._consumer.stop)
        try:
            await self._consumer.start()
            cluster = await self._consumer._client.fetch_all_metadata()  # noqa: SLF001  (no public call reads it)
        except KafkaError as error:
            await self._running.aclose()
            raise away(self._connection, error) from error
        self._places = [
            TopicPartition(topic, number)
            for topic in self._topics
            for number in sorted(cluster.partitions_for_topic(topic) or ())
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.aclose()

    async def read(self) -> int:
        """Return how many records are not finished; `ServerUnavailable` where no broker answers."""
        try:
            # First what is done, then what there is: whatever an agent wrote before it committed is counted.
            committed = await self._committed()
            # The cheap answer never says too much, so only a nothing has to be looked at closely.
            ends = await self._consumer.end_offsets(self._places)
            return _behind(committed, ends) or _behind(committed, await true_ends(self._consumer, self._places))
        except KafkaError as error:
            raise away(self._connection, error) from error

    async def _committed(self) -> dict[TopicPartition, int]:
        """Return the offsets of all places, by one request: a request for each took 25 times as long (54 places)."""
        if self._admin is None:
            raise RuntimeError("this is used as a context")
        found = await self._admin.list_consumer_group_offsets(self._group, partitions=self._places)
        return {place: max(0, found[place].offset) if place in found else 0 for place in self._places}


def _behind(committed: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> int:
    return sum(max(0, ends[place] - done) for place, done in committed.items())
