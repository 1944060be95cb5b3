"""What a replay needs of Kafka and Redis holds on the embedded broker and on Apache Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from redis.asyncio import Redis

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.kafka import KafkaEventLog, admin_client
from stream_app.adapters.kafka_backlog import Backlog
from stream_app.adapters.kafka_ends import true_ends
from stream_app.adapters.kafka_range import Offsets, TopicRange
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.adapters.namespaces import (
    create_history_topics,
    delete_group,
    delete_keys,
    delete_topics,
    last_headers,
)
from stream_app.embedded.server import RunningServer
from stream_app.errors import ServerRejected
from stream_app.events.topics import NEWS
from stream_app.pipeline.ports import Message

HISTORY = datetime(2014, 1, 1, tzinfo=UTC)
PARTITIONS = 2


class Topics:
    """A namespace on a broker, written to as a replay does."""

    def __init__(self, address: str, prefix: str) -> None:
        self.connection = {"bootstrap_servers": address}
        self.prefix = prefix

    async def create(self) -> None:
        await create_history_topics(self.connection, [NEWS], prefix=self.prefix, partitions=PARTITIONS, replication=1)

    async def write(self, count: int, *, first: int = 0) -> None:
        log = KafkaEventLog(self.connection, prefix=self.prefix)
        messages = [
            Message(
                NEWS.name,
                b"key",
                str(number).encode(),
                headers=(("number", str(number).encode()),),
                stamp=HISTORY + timedelta(days=number),
                partition=number % PARTITIONS,
            )
            for number in range(first, first + count)
        ]
        try:
            await log.send(messages)
        finally:
            await log.stop()

    @property
    def places(self) -> Sequence[TopicPartition]:
        return [TopicPartition(self.prefix + NEWS.name, number) for number in range(PARTITIONS)]


@pytest.fixture
async def topics(broker: RunningServer, namespace: str) -> Topics:
    found = Topics(broker.address, namespace)
    await found.create()
    return found


async def test_ends_are_true_whatever_the_batches(topics: Topics) -> None:
    consumer = AIOKafkaConsumer(**topics.connection, enable_auto_commit=False)
    await consumer.start()
    try:
        written = 0
        for count in (0, 3, 20, 1, 14):
            await topics.write(count, first=written)
            written += count
            assert sum((await true_ends(consumer, topics.places)).values()) == written
    finally:
        await consumer.stop()


async def test_reader_reads_to_the_end_whatever_the_batches(topics: Topics) -> None:
    await topics.write(3)
    await topics.write(40, first=3)
    reader = TopicReader(topics.connection, NEWS.name, prefix=topics.prefix)
    await reader.start(from_start=True)
    try:
        assert len([record async for record in reader.read_to_end()]) == 43
    finally:
        await reader.stop()


async def test_history_keeps_its_stamps_and_outlives_retention(topics: Topics) -> None:
    await topics.write(10)
    await asyncio.sleep(1)

    def read() -> list[tuple[bytes | None, datetime]]:
        with TopicRange(topics.connection, NEWS.name, prefix=topics.prefix) as reader:
            stretches = reader.between(None, None)
            records = [record for number, offsets in stretches.items() for record in reader.read(number, offsets)]
        return sorted((record.value, record.received_at) for record in records)

    found = await asyncio.to_thread(read)
    assert found == [(str(number).encode(), HISTORY + timedelta(days=number)) for number in range(10)]


async def test_stretch_is_read_as_named(topics: Topics) -> None:
    await topics.write(20)

    def read() -> list[int]:
        with TopicRange(topics.connection, NEWS.name, prefix=topics.prefix) as reader:
            return [record.offset for record in reader.read(1, Offsets(3, 7))]

    assert await asyncio.to_thread(read) == [3, 4, 5, 6]


async def test_range_of_receipt_is_found_and_open_where_nothing_is_that_late(topics: Topics) -> None:
    await topics.write(20)
    begin, now = HISTORY - timedelta(days=1), SystemClock().now()

    def counts() -> list[int]:
        with TopicRange(topics.connection, NEWS.name, prefix=topics.prefix) as reader:
            asked = [(begin, None), (None, now + timedelta(days=9)), (begin, now + timedelta(days=9)), (None, begin)]
            return [sum(one.end - one.first for one in reader.between(*span).values()) for span in asked]

    assert await asyncio.to_thread(counts) == [20, 20, 20, 0]


async def test_all_that_is_stamped_in_a_range_is_found_though_it_was_written_later(topics: Topics) -> None:
    await topics.write(20)
    begin, end = HISTORY + timedelta(days=5), HISTORY + timedelta(days=9)

    def read() -> list[int]:
        with TopicRange(topics.connection, NEWS.name, prefix=topics.prefix) as reader:
            stretches = reader.between(begin, end)
            records = [record for number, offsets in stretches.items() for record in reader.read(number, offsets)]
        return sorted(int(record.value or b"") for record in records if begin <= record.received_at < end)

    assert await asyncio.to_thread(read) == [5, 6, 7, 8]


async def test_topic_that_does_not_exist_is_said_so(topics: Topics) -> None:
    def read() -> None:
        with TopicRange(topics.connection, "no-such-topic", prefix=topics.prefix) as reader:
            reader.between(None, None)

    with pytest.raises(ServerRejected, match="does not exist"):
        await asyncio.to_thread(read)


async def test_last_record_of_each_partition_tells_its_number(topics: Topics) -> None:
    name = topics.prefix + NEWS.name
    assert await last_headers(topics.connection, name, "number", partitions=PARTITIONS) == {}
    await topics.write(7)
    assert await last_headers(topics.connection, name, "number", partitions=PARTITIONS) == {0: b"6", 1: b"5"}


async def test_backlog_counts_down_to_nothing_as_the_group_commits(topics: Topics) -> None:
    group, name = f"{topics.prefix}workers", topics.prefix + NEWS.name
    async with Backlog(topics.connection, group, {name}) as backlog:
        assert await backlog.read() == 0
        await topics.write(21)
        assert await backlog.read() > 0
        consumer = AIOKafkaConsumer(**topics.connection, group_id=group, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(topics.places)
            await consumer.commit({topics.places[0]: 11, topics.places[1]: 9})
            assert await backlog.read() == 1
            await consumer.commit({topics.places[1]: 10})
            assert await backlog.read() == 0
        finally:
            await consumer.stop()


async def test_deleting_a_namespace_leaves_the_others_alone(
    broker: RunningServer, redis_url: str, namespace: str
) -> None:
    names = ("replay.one.", "replay.one-more.", "")
    for name in names:
        await Topics(broker.address, namespace + name).create()
    connection = {"bootstrap_servers": broker.address}
    redis = Redis.from_url(redis_url)
    try:
        for name in ("replay:one:", "replay:one-more:", "seen1:"):
            await redis.mset({f"{namespace}{name}{number}": b"x" for number in range(700)})
        assert await delete_keys(redis, prefix=f"{namespace}replay:one:") == 700
        left = [key async for key in redis.scan_iter(match=f"{namespace}*", count=1000)]
        assert len(left) == 1400
        await delete_keys(redis, prefix=namespace)
    finally:
        await redis.aclose()
    assert await delete_topics(connection, prefix=f"{namespace}replay.one.") == 1
    await delete_group(connection, f"{namespace}no-such-group")
    async with admin_client(connection) as admin:
        left_topics = {name for name in await admin.list_topics() if name.startswith(namespace)}
    assert left_topics == {f"{namespace}{name}{NEWS.name}" for name in names[1:]}
