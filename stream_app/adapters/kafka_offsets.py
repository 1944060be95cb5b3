"""How far a consumer group has come, and how far its topics reach: read beside the consumer, not through it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream_app.adapters.kafka import Connection, away
from stream_app.pipeline.stall import Partition

_LOOKS, _LOOK_MS = 4, 1000
"""A fetch answers for some partitions at a time."""


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
        places = [TopicPartition(*partition) for partition in partitions]
        async with self._assigned(places) as consumer:
            committed = {place: await consumer.committed(place) for place in places}
            ends = await consumer.end_offsets(places)
        return Progress(
            {(place.topic, place.partition): offset for place, offset in committed.items() if offset is not None},
            {(place.topic, place.partition): end for place, end in ends.items()},
        )

    async def with_records(self, partitions: Collection[Partition]) -> list[Partition]:
        """Return those in which a record can be read after the committed offset.

        An end beyond it alone tells of none: what lies between may be marks of transactions, or deleted.
        """
        places = [TopicPartition(*partition) for partition in partitions]
        found: set[TopicPartition] = set()
        async with self._assigned(places) as consumer:
            begins = await consumer.beginning_offsets(places)
            for place in places:
                consumer.seek(place, max(await consumer.committed(place) or 0, begins[place]))
            for _ in range(_LOOKS):
                if left := [place for place in places if place not in found]:
                    found |= (await consumer.getmany(*left, timeout_ms=_LOOK_MS, max_records=len(left))).keys()
        return [partition for partition, place in zip(partitions, places, strict=True) if place in found]

    @asynccontextmanager
    async def _assigned(self, places: Sequence[TopicPartition]) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(**self._connection, group_id=self._group, enable_auto_commit=False)
        try:
            await consumer.start()
            consumer.assign(places)
            yield consumer
        except KafkaError as error:
            raise away(self._connection, error) from error
        finally:
            await consumer.stop()
