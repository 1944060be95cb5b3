"""The composition root's part for alerts: connections to what the agents of alerting need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from stream_app.adapters.kafka import Connection, KafkaEventLog
from stream_app.adapters.kafka_alert_topics import KafkaAlertTopics
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.adapters.kafka_state import KafkaStateLog
from stream_app.agents.alerts import AlertsOutside
from stream_app.agents.alerts_outlet import Outlet
from stream_app.agents.alerts_table import SubscriptionTable
from stream_app.agents.patience import Patience
from stream_app.alerts.affiliation import following
from stream_app.alerts.labels import TopicLabels
from stream_app.alerts.reading import read_subscription
from stream_app.events.topics import ALERT_STATE, SUBSCRIPTIONS
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.pipeline.ports import Clock, Telemetry


@dataclass(frozen=True, slots=True)
class AlertSurroundings:
    """What the parts of a worker share."""

    connection: Connection
    prefix: str
    replication: int
    log: KafkaEventLog
    clock: Clock
    telemetry: Telemetry
    patience: Patience


def alerts_outside(
    around: AlertSurroundings, graph: Callable[[], KnowledgeGraph], labels: TopicLabels
) -> AlertsOutside:
    """Return what alerting needs of the outside; `graph` gives the current one at each call, `labels` the topics."""
    connection, prefix = around.connection, around.prefix
    read = partial(read_subscription, prefix=prefix, labels=labels)
    topics = KafkaAlertTopics(connection, prefix=prefix, replication=around.replication)

    @asynccontextmanager
    async def subscriptions() -> AsyncIterator[TopicReader]:
        reader = TopicReader(connection, SUBSCRIPTIONS.name, prefix=prefix)
        try:
            await reader.start(from_start=True)
            yield reader
        finally:
            await reader.stop()

    return AlertsOutside(
        outlet=Outlet(around.log, topics, around.clock, around.telemetry, around.patience),
        table=SubscriptionTable(subscriptions, topics, around.clock, telemetry=around.telemetry, read=read),
        state=KafkaStateLog(connection, around.log, topic=ALERT_STATE.name, prefix=prefix),
        partitions=around.log,
        affiliate=following(graph),
        read=read,
    )
