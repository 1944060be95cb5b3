"""How far a consumer group has come, and how far its topics reach: read beside the consumer, not through it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream_app.adapters.kafka import Connection, admin_client, away
from stream_app.pipeline.stall import Partition


class GroupOffsets:
    """Reads committed offsets and end offsets with clients of its own, made anew for each reading.

    A hung consumer cannot hide from it, and a broker that was away does not leave a broken client behind.
    """

    def __init__(self, connection: Connection, group: str) -> None:
        self._connection = connection
        self._group = group

    async def committed(self) -> Mapping[Partition, int]:
        """Return the group's committed offsets; `ServerUnavailable` where no broker answers."""
        try:
            async with admin_client(self._connection) as admin:
                offsets = await admin.list_consumer_group_offsets(self._group)
        except KafkaError as error:
            raise away(self._connection, error) from error
        return {(tp.topic, tp.partition): found.offset for tp, found in offsets.items() if found.offset >= 0}

    async def ends(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """Return the end offsets of these partitions; `ServerUnavailable` where no broker answers."""
        consumer = AIOKafkaConsumer(**self._connection, enable_auto_commit=False)
        try:
            await consumer.start()
            ends = await consumer.end_offsets([TopicPartition(*partition) for partition in partitions])
        except KafkaError as error:
            raise away(self._connection, error) from error
        finally:
            await consumer.stop()
        return {(tp.topic, tp.partition): end for tp, end in ends.items()}
