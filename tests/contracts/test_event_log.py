"""What every event log promises, in memory and on real brokers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import pytest
import pytest_asyncio

from stream_app.adapters.kafka import KafkaEventLog, create_topics
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.adapters.memory_log import MemoryEventLog
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.events.topics import DEAD_LETTERS, SENTIMENT
from stream_app.pipeline.ports import EventLog, Message


class Held(Protocol):
    """A log, and what a reader finds in it."""

    log: EventLog

    async def read(self, topic: str) -> Sequence[Message]: ...


class _InMemory:
    def __init__(self) -> None:
        self.log = MemoryEventLog()

    async def read(self, topic: str) -> Sequence[Message]:
        return self.log.topics[topic]


class _OnKafka:
    def __init__(self, brokers: str, prefix: str) -> None:
        self.connection, self._prefix = {"bootstrap_servers": brokers}, prefix
        self.log = KafkaEventLog(self.connection, prefix=prefix)

    async def create(self) -> None:
        topics = (SENTIMENT, DEAD_LETTERS)
        await create_topics(self.connection, topics, prefix=self._prefix, partitions=3, replication=1)

    async def read(self, topic: str) -> Sequence[Message]:
        reader = TopicReader(self.connection, topic, prefix=self._prefix)
        await reader.start(from_start=True)
        try:
            return [Message(record.topic, record.key, record.value) async for record in reader.read_to_end()]
        finally:
            await reader.stop()


SERVERS = ["embedded_broker", pytest.param("apache_kafka", marks=pytest.mark.kafka)]


@pytest_asyncio.fixture(params=["memory", *SERVERS])
async def held(request: pytest.FixtureRequest, namespace: str) -> AsyncIterator[Held]:
    if request.param == "memory":
        yield _InMemory()
        return
    on_kafka = _OnKafka(request.getfixturevalue(request.param).address, namespace)
    await on_kafka.create()
    yield on_kafka
    await on_kafka.log.stop()


def _message(key: str | None, value: str, topic: str = SENTIMENT.name) -> Message:
    return Message(topic, key.encode() if key else None, value.encode())


async def test_what_was_sent_can_be_read_once_send_has_returned(held: Held) -> None:
    sent = [_message("company:apple", "one"), _message(None, "two"), _message("key", "three", DEAD_LETTERS.name)]
    await held.log.send(sent)
    assert set(await held.read(SENTIMENT.name)) == set(sent[:2])
    assert list(await held.read(DEAD_LETTERS.name)) == sent[2:]


async def test_messages_of_a_key_keep_their_order(held: Held) -> None:
    sent = [_message(f"key-{number % 3}", f"{number}") for number in range(300)]
    await held.log.send(sent)
    found = await held.read(SENTIMENT.name)
    for key in {message.key for message in sent}:
        assert [m for m in found if m.key == key] == [m for m in sent if m.key == key]


@pytest.mark.parametrize("server", SERVERS)
async def test_writing_to_a_new_topic_holds_up_nothing_else(
    request: pytest.FixtureRequest, server: str, namespace: str
) -> None:
    """A producer that asks for the new topic alone forgets who leads the others, and waits 40 s for nothing."""
    on_kafka = _OnKafka(request.getfixturevalue(server).address, namespace)
    await on_kafka.create()
    await on_kafka.log.start()
    await create_topics(on_kafka.connection, [SENTIMENT], prefix=f"{namespace}new.", partitions=1, replication=1)
    queued = [_message(None, f"{number:02000}") for number in range(1_500)]
    async with asyncio.timeout(20):
        await asyncio.gather(
            on_kafka.log.send(queued), on_kafka.log.send([_message(None, "new", f"new.{SENTIMENT.name}")])
        )
    assert len(await on_kafka.read(SENTIMENT.name)) == len(queued)
    await on_kafka.log.stop()


async def test_sending_nothing_is_no_error(held: Held) -> None:
    await held.log.send([])
    assert list(await held.read(SENTIMENT.name)) == []


async def test_broker_that_is_away_is_an_error_worth_another_try() -> None:
    log = KafkaEventLog({"bootstrap_servers": "127.0.0.1:9"})
    with pytest.raises(ServerUnavailable, match=r"127\.0\.0\.1:9 cannot be reached"):
        await log.send([_message("key", "value")])


@pytest.mark.parametrize("server", SERVERS)
async def test_topic_that_does_not_exist_is_said_so(
    request: pytest.FixtureRequest, server: str, namespace: str
) -> None:
    connection = {"bootstrap_servers": request.getfixturevalue(server).address}
    reader = TopicReader(connection, "nowhere", prefix=namespace)
    with pytest.raises(ServerRejected, match="does not exist"):
        await reader.start(from_start=True)
    await reader.stop()


@pytest.mark.parametrize("server", SERVERS)
async def test_creating_topics_again_changes_nothing(
    request: pytest.FixtureRequest, server: str, namespace: str
) -> None:
    on_kafka = _OnKafka(request.getfixturevalue(server).address, namespace)
    await on_kafka.create()
    await on_kafka.log.send([_message("key", "kept")])
    await on_kafka.create()
    assert len(await on_kafka.read(SENTIMENT.name)) == 1
    await on_kafka.log.stop()
