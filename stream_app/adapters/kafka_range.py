"""A stretch of a topic, partition by partition, for code that is not asynchronous: a source of a replay."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream_app.adapters.kafka import Connection, away
from stream_app.adapters.kafka_ends import true_ends
from stream_app.adapters.kafka_reader import record_of
from stream_app.errors import ServerRejected
from stream_app.pipeline.records import Record

_T = TypeVar("_T")
_MILLISECONDS = 1000
_MOST_RECORDS = 1000
_FETCH_MS = 100
_PATIENCE_MS = 5000


@dataclass(frozen=True, slots=True)
class Offsets:
    """From `first` on, before `end`."""

    first: int
    end: int


class TopicRange:
    """Reads with clients of its own, without a group. To be used by one thread at a time."""

    def __init__(self, connection: Connection, topic: str, *, prefix: str = "") -> None:
        self._connection, self._topic, self._prefix = connection, topic, prefix
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.close()

    def between(self, begin: datetime | None, end: datetime | None) -> Mapping[int, Offsets]:
        """Return the offsets by partition within which the broker's index sets records stamped in that time.

        Stamps need not be in order: the stretch begins before all that are not earlier than `begin`, and ends at the
        first that is not earlier than `end`. Hold what is read to the time itself.
        """
        return self._wait(self._between(begin, end))

    async def _between(self, begin: datetime | None, end: datetime | None) -> dict[int, Offsets]:
        consumer = await self._started()
        try:
            cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001  (no public call reads it)
            name = self._prefix + self._topic
            places = [TopicPartition(name, number) for number in sorted(cluster.partitions_for_topic(name) or ())]
            if not places:
                raise ServerRejected(f"topic {name} does not exist: check its name and the prefix")
            first, last = await consumer.beginning_offsets(places), await true_ends(consumer, places)
            begins = await _offsets_at(consumer, places, begin, unsure=first, last=last) if begin else first
            ends = await _offsets_at(consumer, places, end, unsure=last, last=last) if end else last
        except KafkaError as error:
            raise away(self._connection, error) from error
        finally:
            await consumer.stop()
        return {place.partition: Offsets(begins[place], ends[place]) for place in places}

    def read(self, partition: int, offsets: Offsets) -> Iterator[Record]:
        """Yield the records of a partition in their order; what retention or compaction took away is left out."""
        if offsets.first >= offsets.end:
            return
        place = TopicPartition(self._prefix + self._topic, partition)
        consumer = self._wait(self._started(at=(place, offsets.first)))
        try:
            while self._wait(consumer.position(place)) < offsets.end:
                found = self._wait(consumer.getmany(place, timeout_ms=500, max_records=_MOST_RECORDS))
                for message in found.get(place, ()):
                    if message.offset < offsets.end:
                        yield record_of(message, self._prefix)
        except KafkaError as error:
            raise away(self._connection, error) from error
        finally:
            self._wait(consumer.stop())

    async def _started(self, *, at: tuple[TopicPartition, int] | None = None) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._connection, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=_FETCH_MS
        )
        try:
            await consumer.start()
        except KafkaError as error:
            await consumer.stop()
            raise away(self._connection, error) from error
        if at is not None:
            consumer.assign([at[0]])
            consumer.seek(*at)
        return consumer

    def _wait(self, answer: Awaitable[_T]) -> _T:
        return self._loop.run_until_complete(answer)


Ends = Mapping[TopicPartition, int]


async def _offsets_at(
    consumer: AIOKafkaConsumer, places: list[TopicPartition], moment: datetime, *, unsure: Ends, last: Ends
) -> Ends:
    """Return the first offsets whose stamps are not before the moment, `last` where none is, as the index tells.

    The embedded broker's index goes by when it took a record, whatever its stamp (Tansu 0.6.0): where the record that
    it names is earlier than asked, it is not believed, and `unsure` holds.
    """
    wanted = round(moment.timestamp() * _MILLISECONDS)
    found = await consumer.offsets_for_times(dict.fromkeys(places, wanted))
    # Where no record is that late, Apache Kafka answers with nothing, and the embedded broker with a time before all.
    named = {place: one.offset for place in places if (one := found.get(place)) and one.timestamp >= 0}
    stamps = [(place, await _stamp_at(consumer, place, offset)) for place, offset in named.items()]
    consumer.unsubscribe()
    doubted = {place: unsure[place] for place, stamp in stamps if stamp is None or stamp < wanted}
    return {**last, **named, **doubted}


async def _stamp_at(consumer: AIOKafkaConsumer, place: TopicPartition, offset: int) -> int | None:
    """Return the stamp (ms) of the first record from there on; None where none comes."""
    consumer.assign([place])
    consumer.seek(place, offset)
    found = await consumer.getmany(place, timeout_ms=_PATIENCE_MS, max_records=1)
    return next((message.timestamp for message in found.get(place, ())), None)
