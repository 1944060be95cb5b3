"""Reading a topic of Kafka without a consumer group: to its end, or for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream_app.adapters.kafka import Connection, away
from stream_app.errors import ServerRejected
from stream_app.pipeline.records import Record, stamped

_FETCH_MS = 100
"""How long the broker may hold a request: the embedded one does so for half of it when several partitions are read."""


class TopicReader:
    """Reads whole topics without a consumer group, so that nobody's offsets move."""

    def __init__(self, connection: Connection, topic: str, *, prefix: str = "") -> None:
        self._connection = connection
        self._prefix = prefix
        self._name = prefix + topic
        self._consumer: AIOKafkaConsumer | None = None

    async def start(self, *, from_start: bool) -> None:
        """Connect and take a position at the start or the end of every partition."""
        consumer = AIOKafkaConsumer(**self._connection, enable_auto_commit=False, fetch_max_wait_ms=_FETCH_MS)
        try:
            await consumer.start()
        except KafkaError as error:
            await consumer.stop()
            raise away(self._connection, error) from error
        self._consumer = consumer
        partitions = await self._partitions(consumer)
        consumer.assign(partitions)
        await (consumer.seek_to_beginning() if from_start else consumer.seek_to_end())

    async def _partitions(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001  (no public call reads an unassigned topic)
        found = cluster.partitions_for_topic(self._name)
        if not found:
            raise ServerRejected(f"topic {self._name} does not exist: start a worker, or check its name and the prefix")
        return [TopicPartition(self._name, partition) for partition in sorted(found)]

    async def stop(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None

    async def follow(self) -> AsyncIterator[Record]:
        """Yield records for ever, as they come."""
        consumer = self._started()
        async for message in consumer:
            yield self._record(message)

    async def read_to_end(self) -> AsyncIterator[Record]:
        """Yield what the topic holds now, and end."""
        consumer = self._started()
        ends = await consumer.end_offsets(list(consumer.assignment()))
        told: set[TopicPartition] = set()
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for messages in (await consumer.getmany(timeout_ms=500)).values():
                for message in messages:
                    yield self._record(message)
            # The embedded broker's answer leaves out most of the last batch; see `kafka_ends`.
            for partition in ends.keys() - told:
                if (highwater := consumer.highwater(partition)) is not None:
                    ends[partition] = max(ends[partition], highwater)
                    told.add(partition)

    def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise RuntimeError("start() comes first")
        return self._consumer

    def _record(self, message: Any) -> Record:  # noqa: ANN401  (aiokafka is not typed)
        return record_of(message, self._prefix)


def record_of(message: Any, prefix: str) -> Record:  # noqa: ANN401  (aiokafka is not typed)
    """Return the record that a message of aiokafka stands for."""
    return Record(
        topic=message.topic.removeprefix(prefix),
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        received_at=stamped(message.timestamp / 1000),
    )
