"""What a replay needs of Kafka and Redis beside writing: topics that keep history, where it stopped, and an end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.protocol.admin import DeleteGroupsRequest
from redis.asyncio import Redis

from stream_app.adapters.kafka import Connection, admin_client, away
from stream_app.adapters.kafka_ends import true_ends
from stream_app.adapters.redis_errors import redis_errors
from stream_app.errors import ServerRejected
from stream_app.events.topics import Topic

_log = structlog.get_logger(__name__)

# Records bear the time of the history: retention would delete them at once, and a broker refuse those ahead of it.
_KEEP = {"cleanup.policy": "delete", "retention.ms": "-1"}
_KEYS_AT_ONCE = 500
_KEEP_LAST = {"cleanup.policy": "compact"}


async def create_history_topics(
    connection: Connection, topics: Iterable[Topic], *, prefix: str, partitions: int, replication: int
) -> None:
    """Create the topics that are missing so that no record falls to retention by its time stamp."""
    async with admin_client(connection) as admin:
        existing = set(await admin.list_topics())
        wanted = [
            NewTopic(prefix + one.name, partitions, replication, topic_configs=_KEEP if one.kept else _KEEP_LAST)
            for one in topics
            if prefix + one.name not in existing
        ]
        response = await admin.create_topics(wanted) if wanted else None
    for name, code, *message in response.topic_errors if response else ():
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise ServerRejected(f"Kafka did not create topic {name} ({error.__name__} {message}): check the rights")


async def last_headers(connection: Connection, topic: str, header: str, *, partitions: int) -> Mapping[int, bytes]:
    """Return what the last record of each partition says in that header; partitions without a record are left out."""
    consumer = AIOKafkaConsumer(**connection, enable_auto_commit=False)
    try:
        await consumer.start()
        places = [TopicPartition(topic, number) for number in range(partitions)]
        ends = {place: end for place, end in (await true_ends(consumer, places)).items() if end}
        found: dict[int, bytes] = {}
        for place, end in ends.items():
            consumer.assign([place])
            consumer.seek(place, end - 1)
            found[place.partition] = dict((await consumer.getone(place)).headers)[header]
    except KafkaError as error:
        raise away(connection, error) from error
    finally:
        await consumer.stop()
    return found


async def delete_topics(connection: Connection, *, prefix: str) -> int:
    """Delete every topic whose name begins with the prefix, and return how many there were."""
    async with admin_client(connection) as admin:
        names = [name for name in await admin.list_topics() if prefix and name.startswith(prefix)]
        if names:
            await admin.delete_topics(names)
    return len(names)


async def delete_group(connection: Connection, group: str) -> None:
    """Forget a consumer group; one that is there no more is no error, and one that is left expires by itself."""
    async with admin_client(connection) as admin:
        coordinator = await admin.find_coordinator(group)
        try:
            await admin._client.send(coordinator, DeleteGroupsRequest([group]))  # noqa: SLF001  (no public call)
        except KafkaError as error:
            _log.warning("the consumer group is left to expire", group=group, error=str(error))


async def delete_keys(redis: Redis, *, prefix: str) -> int:
    """Delete every key that begins with the prefix, and return how many there were."""
    deleted = 0
    pattern = "".join(f"\\{character}" if character in "*?[]^\\" else character for character in prefix) + "*"
    with redis_errors():
        held: list[bytes] = []
        async for key in redis.scan_iter(match=pattern, count=_KEYS_AT_ONCE):
            held.append(key)
            if len(held) == _KEYS_AT_ONCE:
                deleted, held = deleted + await redis.unlink(*held), []
        return deleted + (await redis.unlink(*held) if held else 0)
