"""A changelog in a compacted topic of Kafka, written and read by partition, outside the engine.

The engine's own tables write to the partition of the last record of a batch, whatever the key, and do not wait for the
broker's answer before offsets are committed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream_app.adapters.kafka import Connection, KafkaEventLog, away
from stream_app.pipeline.ports import Message

_FETCH_MS = 500


class KafkaStateLog:
    """Keeps keyed values of each partition; `topic` is without a prefix."""

    def __init__(self, connection: Connection, log: KafkaEventLog, *, topic: str, prefix: str = "") -> None:
        self._connection, self._log, self._topic, self._prefix = connection, log, topic, prefix

    async def save(self, partition: int, changes: Mapping[str, bytes | None]) -> None:
        """Write the changes; return when the broker has all of them."""
        await self._log.send(
            [Message(self._topic, key.encode(), value, partition=partition) for key, value in changes.items()]
        )

    async def load(self, partition: int) -> Mapping[str, bytes]:
        """Return the last value of each key, read from the beginning.

        Of values with an `offset` the furthest counts, not the last: a worker that was frozen may write what another,
        which took its partition over, has left behind.
        """
        found: dict[str, bytes | None] = {}
        try:
            async for message in self._messages(TopicPartition(self._prefix + self._topic, partition)):
                key = message.key.decode()
                if message.value is None or _offset(message.value) >= _offset(found.get(key)):
                    found[key] = message.value
        except KafkaError as error:
            raise away(self._connection, error) from error
        return {key: value for key, value in found.items() if value is not None}

    async def _messages(self, place: TopicPartition) -> AsyncIterator[Any]:
        consumer = AIOKafkaConsumer(**self._connection, enable_auto_commit=False)
        try:
            await consumer.start()
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            end = (await consumer.end_offsets([place]))[place]
            while await consumer.position(place) < end:
                for messages in (await consumer.getmany(timeout_ms=_FETCH_MS)).values():
                    for message in messages:
                        yield message
        finally:
            await consumer.stop()


def _offset(value: bytes | None) -> int:
    offset = orjson.loads(value).get("offset", 0) if value else -1
    return int(offset)
