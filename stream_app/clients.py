"""From settings to what speaks to a server: connections of Kafka, Redis and Triton. Part of the composition root."""

from __future__ import annotations

from collections.abc import Iterable

from redis.asyncio import Redis
from tritonclient.grpc.aio import InferenceServerClient

from stream_app.adapters.connections import (
    Login,
    TlsFiles,
    kafka_connection,
    redis_client,
    triton_address,
    triton_client,
    triton_tls,
)
from stream_app.adapters.kafka import Connection, create_topics, partitions_of
from stream_app.errors import ConfigurationError, ServerRejected
from stream_app.events.topics import INTERNAL, SENTIMENT, TOPICS, Topic
from stream_app.settings import Settings


def connection_of(settings: Settings) -> Connection:
    """Return what the clients of Kafka need to connect."""
    password = settings.kafka_password
    return kafka_connection(
        _configured(settings.kafka_brokers, "STREAM_APP_KAFKA_BROKERS"),
        security=settings.kafka_security,
        login=Login(
            mechanism=settings.kafka_sasl_mechanism,
            username=settings.kafka_username,
            password=password.get_secret_value() if password else None,
        ),
        tls=TlsFiles(ca=settings.kafka_ca_file, certificate=settings.kafka_cert_file, key=settings.kafka_key_file),
    )


async def ensure_topics(settings: Settings, topics: Iterable[Topic] = (*TOPICS, *INTERNAL)) -> None:
    """Create those of the topics that are missing."""
    await create_topics(
        connection_of(settings),
        topics,
        prefix=settings.topic_prefix,
        partitions=settings.partitions,
        replication=settings.kafka_replication,
    )


async def ensure_state_topics(settings: Settings, topics: Iterable[Topic]) -> None:
    """Create topics that go with the partitions of `sentiment.events`; ServerRejected where they do not."""
    connection, prefix = connection_of(settings), settings.topic_prefix
    count = await partitions_of(connection, prefix + SENTIMENT.name)
    topics = list(topics)
    await create_topics(connection, topics, prefix=prefix, partitions=count, replication=settings.kafka_replication)
    for topic in topics:
        found = await partitions_of(connection, prefix + topic.name)
        if found != count:
            raise ServerRejected(
                f"topic {prefix}{topic.name} has {found} partitions and {prefix}{SENTIMENT.name} has {count}: they "
                "must have the same number; delete the former, or set STREAM_APP_CONSUMER_GROUP to a new name"
            )


def redis_of(settings: Settings) -> Redis:
    """Return a client of Redis."""
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    return redis_client(_configured(url, "STREAM_APP_REDIS_URL"), ca_file=settings.redis_ca_file)


def triton_place(settings: Settings) -> str:
    """Return where Triton's gRPC is; ConfigurationError where that is not said, or is no place."""
    return triton_address(_configured(settings.triton_url, "STREAM_APP_TRITON_URL"))


def triton_of(settings: Settings) -> InferenceServerClient:
    """Return a client of Triton; to be called once a process, on its loop."""
    return triton_client(_configured(settings.triton_url, "STREAM_APP_TRITON_URL"), tls=triton_tls_of(settings))


def triton_tls_of(settings: Settings) -> TlsFiles | None:
    """Return the files for TLS with Triton; None means plain text."""
    files = TlsFiles(ca=settings.triton_ca_file, certificate=settings.triton_cert_file, key=settings.triton_key_file)
    return triton_tls(files, wanted=settings.triton_tls)


def _configured(address: str | None, variable: str) -> str:
    if not address:
        raise ConfigurationError(f"{variable} is not set: set it, or run `stream-app up`, which starts the server")
    return address
