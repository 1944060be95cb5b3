"""The topics `alerts.<subscription>` in Kafka: made with the subscription, deleted after it."""

from __future__ import annotations

from collections.abc import Collection

import structlog
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from stream_app.adapters.kafka import Connection, admin_client, away
from stream_app.events.topics import ALERTS, alerts_of

_log = structlog.get_logger(__name__)
_PARTITIONS = 1  # one reader, all alerts in order


class KafkaAlertTopics:
    """Remembers which topics are there, so that only new ones cost a request."""

    def __init__(self, connection: Connection, *, prefix: str, replication: int) -> None:
        self._connection, self._prefix, self._replication = connection, prefix, replication
        self._there: set[str] = set()

    async def ensure(self, names: Collection[str]) -> Collection[str]:
        """Create what is missing; a topic that the broker refuses is logged and is not among those returned."""
        missing = sorted(set(names) - self._there)
        if missing:
            await self._create(missing)
        return self._there & set(names)

    async def _create(self, names: Collection[str]) -> None:
        wanted = [NewTopic(self._topic(name), _PARTITIONS, self._replication, topic_configs=_CONFIG) for name in names]
        try:
            async with admin_client(self._connection) as admin:
                existing = set(await admin.list_topics())
                self._there |= {name for name in names if self._topic(name) in existing}
                fresh = [one for one in wanted if one.name not in existing]
                response = await admin.create_topics(fresh) if fresh else None
        except KafkaError as error:
            raise away(self._connection, error) from error
        for topic, code, *_ in response.topic_errors if response else ():
            self._note_created(topic, code)

    def _note_created(self, topic: str, code: int) -> None:
        error = for_code(code)
        if code == 0 or error is TopicAlreadyExistsError:
            self._there.add(topic.removeprefix(self._topic("")))
        elif getattr(error, "retriable", False):
            raise away(self._connection, error())
        else:
            _log.error("Kafka did not create a topic: check its name and the rights", topic=topic, error=error.__name__)

    async def delete(self, names: Collection[str]) -> None:
        """Delete the topics that are there."""
        self.forget(names)
        try:
            async with admin_client(self._connection) as admin:
                existing = set(await admin.list_topics())
                doomed = sorted(topic for name in names if (topic := self._topic(name)) in existing)
                response = await admin.delete_topics(doomed) if doomed else None
        except KafkaError as error:
            raise away(self._connection, error) from error
        for topic, code, *_ in response.topic_error_codes if response else ():
            refusal = for_code(code)
            if code == 0:
                _log.info("deleted the alerts of a subscription that ended", topic=topic)
            elif refusal is not UnknownTopicOrPartitionError:
                _log.error("Kafka did not delete a topic: check the rights", topic=topic, error=refusal.__name__)

    def forget(self, names: Collection[str] | None = None) -> None:
        """Look again, at the next `ensure`, whether these (None: all) are there."""
        self._there = set() if names is None else self._there - set(names)

    def _topic(self, name: str) -> str:
        return self._prefix + alerts_of(name)


_CONFIG = ALERTS.config()
