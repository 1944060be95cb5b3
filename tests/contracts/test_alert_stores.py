"""What every changelog and every keeper of alerts' topics promises: in memory and on real brokers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from stream_app.adapters.kafka import KafkaEventLog, admin_client, create_topics
from stream_app.adapters.kafka_alert_topics import KafkaAlertTopics
from stream_app.adapters.kafka_state import KafkaStateLog
from stream_app.adapters.memory_alert_topics import MemoryAlertTopics
from stream_app.adapters.memory_state import MemoryStateLog
from stream_app.alerts.ports import AlertTopics, StateLog
from stream_app.embedded.server import RunningServer
from stream_app.events.topics import ALERT_STATE

PARTITIONS, _LOOKS = 3, 100
EACH = ["memory", "embedded_broker", pytest.param("apache_kafka", marks=pytest.mark.kafka)]


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> dict[str, str] | None:
    """How to reach the broker; None for memory."""
    if request.param == "memory":
        return None
    server: RunningServer = request.getfixturevalue(request.param)
    return {"bootstrap_servers": server.address}


@pytest_asyncio.fixture
async def state(connection: dict[str, str] | None, namespace: str) -> AsyncIterator[StateLog]:
    if connection is None:
        yield MemoryStateLog()
        return
    await create_topics(connection, [ALERT_STATE], prefix=namespace, partitions=PARTITIONS, replication=1)
    log = KafkaEventLog(connection, prefix=namespace)
    yield KafkaStateLog(connection, log, topic=ALERT_STATE.name, prefix=namespace)
    await log.stop()


@pytest.fixture
def topics(connection: dict[str, str] | None, namespace: str) -> AlertTopics:
    return KafkaAlertTopics(connection, prefix=namespace, replication=1) if connection else MemoryAlertTopics()


each_state = pytest.mark.parametrize("connection", EACH, indirect=True)


@each_state
async def test_a_partition_that_nobody_wrote_to_has_no_memory(state: StateLog) -> None:
    assert await state.load(1) == {}


@each_state
async def test_the_last_value_of_each_key_comes_back_and_what_is_gone_does_not(state: StateLog) -> None:
    await state.save(1, {"a": b'{"offset": 1}', "b": b'{"offset": 1}', "ü/c": b'{"offset": 1}'})
    await state.save(1, {"a": b'{"offset": 2}', "b": None})
    assert await state.load(1) == {"a": b'{"offset": 2}', "ü/c": b'{"offset": 1}'}


@each_state
async def test_partitions_have_memories_of_their_own(state: StateLog) -> None:
    await state.save(0, {"a": b'{"offset": 1}'})
    await state.save(2, {"a": b'{"offset": 7}'})
    assert await state.load(2) == {"a": b'{"offset": 7}'}
    assert await state.load(1) == {}


@pytest.mark.parametrize("connection", EACH[1:], indirect=True)
async def test_what_a_frozen_worker_writes_late_does_not_count(state: StateLog) -> None:
    await state.save(0, {"a": b'{"offset": 9}'})
    await state.save(0, {"a": b'{"offset": 4}'})
    assert await state.load(0) == {"a": b'{"offset": 9}'}


@each_state
async def test_topics_are_made_once_and_deleted(topics: AlertTopics) -> None:
    assert set(await topics.ensure({"a", "b"})) == {"a", "b"}
    topics.forget()
    assert set(await topics.ensure({"a", "c"})) == {"a", "c"}
    await topics.delete({"a", "never-there"})
    assert set(await topics.ensure({"a"})) == {"a"}


@pytest.mark.parametrize("connection", EACH[1:], indirect=True)
async def test_a_subscriptions_topic_is_there_and_after_deleting_gone(
    connection: dict[str, str], topics: AlertTopics, namespace: str
) -> None:
    await topics.ensure({"a", "b"})
    await topics.delete({"a"})
    async with admin_client(connection) as admin:
        for _ in range(_LOOKS):  # a broker that has said yes may list a topic for some moments more
            if len(there := await _there(admin, namespace)) == 1:
                break
            await asyncio.sleep(0.05)
    assert there == {f"{namespace}alerts.b"}


async def _there(admin: AIOKafkaAdminClient, namespace: str) -> set[str]:
    return {name for name in await admin.list_topics() if name.startswith(namespace)}
