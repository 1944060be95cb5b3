"""Kafka by way of aiokafka: writing events, creating topics.

`connection` is the set of arguments that every aiokafka client takes (brokers, login, TLS).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError, TopicAlreadyExistsError, for_code

from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.events.topics import Topic
from stream_app.pipeline.ports import Message

Connection = Mapping[str, Any]
_MAX_REQUEST_BYTES = 4 * 1024 * 1024
_LINGER_MS = 2


def away(connection: Connection, error: Exception) -> ServerUnavailable:
    """Return the error that says which broker cannot be reached, and why that may be."""
    hint = "check that it runs, and STREAM_APP_KAFKA_BROKERS"
    if connection.get("sasl_plain_username"):
        # aiokafka reports a refused login as a failure to bootstrap (measured with Apache Kafka 4.4)
        hint += ", and that user, password and mechanism are right"
    return ServerUnavailable(f"Kafka at {connection['bootstrap_servers']} cannot be reached ({error}): {hint}")


def unsent(connection: Connection, error: KafkaError) -> ServerUnavailable | ServerRejected:
    """Return what it means that a message was not sent; a queue that stays full is a broker that does not take it."""
    if getattr(error, "retriable", False) or isinstance(error, KafkaConnectionError | KafkaTimeoutError):
        return away(connection, error)
    return ServerRejected(f"Kafka refused a message ({error}): check the topic's settings and rights")


class KafkaEventLog:
    """Writes messages to topics under a prefix; acknowledged by all in-sync replicas."""

    def __init__(self, connection: Connection, *, prefix: str = "") -> None:
        self._connection = connection
        self._prefix = prefix
        self._producer: AIOKafkaProducer | None = None
        self._followed: set[str] = set()

    async def start(self) -> None:
        """Connect; `ServerUnavailable` where no broker answers."""
        await self._started()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is not None:
            return self._producer
        producer = AIOKafkaProducer(
            **self._connection, acks="all", linger_ms=_LINGER_MS, max_request_size=_MAX_REQUEST_BYTES
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            raise away(self._connection, error) from error
        self._producer, self._followed = producer, set()
        return producer

    async def stop(self) -> None:
        """Flush and disconnect."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def send(self, messages: Sequence[Message]) -> None:
        """Write all; return when the broker has every one of them."""
        producer = await self._started()
        try:
            # The first await only queues; the second is the broker's answer.
            queued = [await self._queued(producer, message) for message in messages]
            await _all_answers(queued)
        except KafkaError as error:
            raise unsent(self._connection, error) from error

    async def count(self, topic: str) -> int:
        """Return how many partitions the topic has."""
        producer = await self._started()
        try:
            return len(await producer.partitions_for(self._prefix + topic))
        except KafkaError as error:
            raise away(self._connection, error) from error

    async def _queued(self, producer: AIOKafkaProducer, message: Message) -> Awaitable[object]:
        stamp = None if message.stamp is None else round(message.stamp.timestamp() * 1000)
        topic = self._prefix + message.topic
        self._follow(producer, topic)
        queued: Awaitable[object] = await producer.send(
            topic,
            key=message.key,
            value=message.value,
            partition=message.partition,
            timestamp_ms=stamp,
            headers=list(message.headers) or None,
        )
        return queued

    def _follow(self, producer: AIOKafkaProducer, topic: str) -> None:
        """Have the producer ask for the topic's leaders whenever it asks for any.

        It would not where it heard of the topic when it asked for all at its start: its next question, for a topic
        that it does not know, would make it forget them, and what is queued would wait 40 s in vain (aiokafka 0.14).
        """
        if topic not in self._followed:
            self._followed.add(topic)
            producer.client.add_topic(topic)


async def partitions_of(connection: Connection, topic: str) -> int:
    """Return how many partitions a topic has, named with its prefix.

    ServerUnavailable also where it does not exist: of a new topic not every broker knows at once.
    """
    try:
        async with admin_client(connection) as admin:
            (found,) = await admin.describe_topics([topic])
    except KafkaError as error:
        raise away(connection, error) from error
    if not found["partitions"]:
        raise ServerUnavailable(f"topic {topic} does not exist, or not yet: create it, or let a worker create it")
    return len(found["partitions"])


async def _all_answers(queued: Iterable[Awaitable[object]]) -> None:
    """Wait for every answer, also when one is a failure, so that none is left unread."""
    answers = await asyncio.gather(*queued, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer


@asynccontextmanager
async def admin_client(connection: Connection) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a connected administration client."""
    admin = AIOKafkaAdminClient(**connection)
    try:
        await admin.start()
    except KafkaError as error:
        await admin.close()
        raise away(connection, error) from error
    try:
        yield admin
    finally:
        await admin.close()


async def create_topics(
    connection: Connection, topics: Iterable[Topic], *, prefix: str, partitions: int, replication: int
) -> None:
    """Create the topics that are missing, with the retention of the contract; leave the others as they are."""
    async with admin_client(connection) as admin:
        existing = set(await admin.list_topics())
        wanted = [
            NewTopic(prefix + topic.name, partitions, replication, topic_configs=topic.config())
            for topic in topics
            if prefix + topic.name not in existing
        ]
        if not wanted:
            return
        response = await admin.create_topics(wanted)
    for name, code, *message in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise ServerRejected(f"Kafka did not create topic {name} ({error.__name__} {message}): check the rights")
