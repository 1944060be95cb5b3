"""How far a consumer group has come, and how far its topics reach: read beside the consumer, not through it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream_app.adapters.kafka import Connection, away
from stream_app.pipeline.stall import Partition


@dataclass(frozen=True, slots=True)
class Progress:
    """Offsets by partition; a partition without a commit is not in `committed`."""

    committed: dict[Partition, int] = field(default_factory=dict)
    ends: dict[Partition, int] = field(default_factory=dict)


class GroupOffsets:
    """Reads a group's progress with a client of its own, made anew for each reading.

    A hung consumer cannot hide from it, and a broker that was away does not leave a broken client behind. The client
    names the group and never joins it.
    """

    def __init__(self, connection: Connection, group: str) -> None:
        self._connection = connection
        self._group = group

    async def read(self, partitions: Collection[Partition]) -> Progress:
        """Return the progress in these partitions; `ServerUnavailable` where no broker answers."""
        if not partitions:
            return Progress()
        consumer = AIOKafkaConsumer(**self._connection, group_id=self._group, enable_auto_commit=False)
        places = [TopicPartition(*partition) for partition in partitions]
        try:
            await consumer.start()
            consumer.assign(places)
            committed = {place: await consumer.committed(place) for place in places}
            ends = await consumer.end_offsets(places)
        except KafkaError as error:
            raise away(self._connection, error) from error
        finally:
            await consumer.stop()
        return Progress(
            {(place.topic, place.partition): offset for place, offset in committed.items() if offset is not None},
            {(place.topic, place.partition): end for place, end in ends.items()},
        )
