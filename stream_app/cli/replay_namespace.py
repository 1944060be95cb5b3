"""A run's namespace: its names, what is in it before the workers start, where it stopped, and how it is deleted."""

from __future__ import annotations

from pydantic import ValidationError

from stream_app.adapters.files import open_file
from stream_app.adapters.kafka_range import TopicRange
from stream_app.adapters.namespaces import (
    create_history_topics,
    delete_group,
    delete_keys,
    delete_topics,
    last_headers,
)
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.alerts.faults import in_words
from stream_app.cli.subscription_known import check_topics
from stream_app.cli.target import event_log
from stream_app.clients import connection_of, redis_of
from stream_app.errors import DataError, ServerRejected
from stream_app.events.subscription import Subscription
from stream_app.events.topics import BARS, INPUTS, SUBSCRIPTIONS, TICKS, TOPICS
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.pipeline.ports import Message
from stream_app.replay.folder import Namespace, RunFile
from stream_app.replay.preparing import ORDINAL, LastOrdinals
from stream_app.settings import Settings

_FED = (*INPUTS, BARS, TICKS)


def namespace_of(settings: Settings, name: str) -> Namespace:
    """Return the names that are the run's own."""
    return Namespace(
        topic_prefix=f"{settings.topic_prefix}replay.{name}.",
        redis_prefix=f"{settings.redis_prefix}replay:{name}:",
        consumer_group=f"{settings.consumer_group}-replay-{name}",
    )


def subscriptions_for(settings: Settings, file: str) -> dict[str, str]:
    """Return the subscriptions of a run: those of the file, else the live ones of this moment, by their names."""
    if file:
        with open_file(file) as lines:
            wishes = [_subscription(line, f"line {at} of {file}") for at, line in enumerate(lines, 1) if line.strip()]
        for wish, _ in wishes:
            check_topics(wish, settings, of_file=True)
        return {wish.name: written for wish, written in wishes}
    return _live_subscriptions(settings) if settings.kafka_brokers else {}


def _subscription(line: bytes, place: str) -> tuple[Subscription, str]:
    try:
        return Subscription.model_validate_json(line), line.decode().strip()
    except ValidationError as error:
        raise DataError(f"{place} is no subscription ({in_words(error)}): mend it") from error


def _live_subscriptions(settings: Settings) -> dict[str, str]:
    found: dict[str, str] = {}
    with TopicRange(connection_of(settings), SUBSCRIPTIONS.name, prefix=settings.topic_prefix) as topic:
        try:
            stretches = topic.between(None, None)
        except ServerRejected:  # there is no such topic yet
            return {}
        for number, offsets in stretches.items():
            for record in topic.read(number, offsets):
                name = (record.key or b"").decode()
                found.pop(name, None)
                if record.value is not None:
                    found[name] = record.value.decode()
    return dict(sorted(found.items()))


async def drop_namespace(settings: Settings, run: RunFile) -> dict[str, int]:
    """Delete the run's topics, group and keys on the servers of now, and return how many of each."""
    done = {}
    if settings.kafka_brokers is not None:
        done["topics"] = await delete_topics(connection_of(settings), prefix=run.namespace.topic_prefix)
        await delete_group(connection_of(settings), run.namespace.consumer_group)
    if settings.redis_url is not None:
        redis = redis_of(settings)
        try:
            done["keys"] = await delete_keys(redis, prefix=run.namespace.redis_prefix)
        finally:
            await redis.aclose()
    return done


def left_behind(settings: Settings, run: RunFile) -> str | None:
    """Return what cannot be deleted since the run's Kafka is not the one of now; None: nothing."""
    if run.kafka_brokers in {None, settings.kafka_brokers}:
        return None
    return (
        f"the run's Kafka ({run.kafka_brokers}) is not the one that is configured: if it is still there, delete its "
        f"topics {run.namespace.topic_prefix}* and the group {run.namespace.consumer_group} there"
    )


async def prepare_namespace(settings: Settings, graph: KnowledgeGraph, run: RunFile) -> None:
    """Create the run's topics, and put into them and into Redis what its workers need before they start."""
    await create_history_topics(
        connection_of(settings),
        TOPICS,
        prefix=settings.topic_prefix,
        partitions=settings.partitions,
        replication=settings.kafka_replication,
    )
    async with event_log(settings) as log:
        subscriptions = run.subscriptions.items()
        await log.send([Message(SUBSCRIPTIONS.name, name.encode(), value.encode()) for name, value in subscriptions])
    redis = redis_of(settings)
    try:
        store = RedisGraphStore(redis, prefix=settings.redis_prefix)
        if await store.current_version() is None:
            await store.publish(graph)
    finally:
        await redis.aclose()


async def last_ordinals(settings: Settings) -> LastOrdinals:
    """Return what an earlier part of the run has fed already."""
    found: dict[tuple[str, int], int] = {}
    for topic in _FED:
        name = settings.topic_prefix + topic.name
        last = await last_headers(connection_of(settings), name, ORDINAL, partitions=settings.partitions)
        found |= {(topic.name, partition): int(value) for partition, value in last.items()}
    return found
