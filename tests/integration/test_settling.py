"""Risks and alerts that are decided at ticks, on a real broker: kills, workers and order of arrival change no byte."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from stream_app.adapters.kafka import KafkaEventLog, create_topics
from stream_app.adapters.kafka_backlog import Backlog
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.embedded.server import RunningServer
from stream_app.events.entity import EntityKind, EntityRef
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.tick import Tick
from stream_app.events.topics import ALERTS, INTERNAL, RISK, SENTIMENT, SUBSCRIPTIONS, TICKS, TOPICS
from stream_app.pipeline.ports import Message
from stream_app.replay.canonical import canonical
from stream_app.replay.feeder import Feeder, FeedRules
from stream_app.replay.pace import Pace
from stream_app.replay.preparing import Item
from tests.factories import START, sentiment_event
from tests.streaming import StreamUnderTest, Worker
from tests.unit.alerts.examples import subscription

pytestmark = pytest.mark.one_broker

PARTITIONS = 4
LAPS, EVENTS_A_LAP = 4, 12
PARTS = "risk,alerts"
SETTLED = {"SETTLE_AT_TICKS": "true", "SETTLED_NOVELTY": "true", "TICK_PERIOD": "0", "COMMIT_INTERVAL": "0.2"}
NOWHERE = "127.0.0.1:1"
"""Of Triton, which these parts do not ask."""

TRIGGERS = ("company:tsmc", "company:asml")
"""Both expose the makers of chips to what befalls them."""

ANY = {"min_abs_polarity": 0.1}
WISHES = (
    subscription("plain", match=ANY),
    subscription("seldom", match=ANY, throttle={"per": "subscription", "seconds": 900}),
    subscription("apart", match=ANY, throttle={"per": "entity", "seconds": 1800}),
    subscription("digest", match=ANY | {"direction": "adverse"}, digest=1200),
    subscription("steady", match=ANY | {"kinds": ["risk"]}, hysteresis={"rearm": 0.9, "quiet": 1500}),
)


def _event(number: int) -> SentimentEvent:
    trigger = TRIGGERS[number % len(TRIGGERS)]
    return sentiment_event(
        number,
        at=START + timedelta(minutes=number * 60 // EVENTS_A_LAP),
        polarity=-0.9 if number % 3 else 0.7,
        entity=EntityRef(id=trigger, name=trigger, kind=EntityKind.COMPANY),
        link_confidence=1.0,
        relevance=1.0,
    )


def _items(seed: int) -> Iterator[Item]:
    """Yield laps with ticks between them; within a lap events come in an order of chance."""
    draw = random.Random(seed)
    for lap in range(LAPS + 1):
        numbers = range(lap * EVENTS_A_LAP, (lap + 1) * EVENTS_A_LAP) if lap < LAPS else range(0)
        for number in draw.sample(numbers, len(numbers)):
            event = _event(number)
            assert event.entity is not None
            message = Message(SENTIMENT.name, event.entity.id.encode(), event.model_dump_json().encode())
            yield Item(event.published_at, (message,))
        moment = START + timedelta(hours=lap + 1)
        tick = Tick(source="test", event_time=moment).model_dump_json().encode()
        yield Item(moment, (Message(TICKS.name, b"test", tick, partition=0),), is_tick=True)


async def _feed(stream: StreamUnderTest, workers: Sequence[Worker], seed: int) -> None:
    connection = {"bootstrap_servers": stream.brokers}
    consumed = {name for worker in workers for name in worker.consumed()}
    log = KafkaEventLog(connection, prefix=stream.namespace)
    async with Backlog(connection, f"{stream.namespace}workers", consumed) as backlog, AsyncExitStack() as ending:
        ending.push_async_callback(log.stop)
        rules = FeedRules(1_000, at_ticks=True)
        await Feeder(log, backlog, Pace(None), rules=rules, paused=lambda: False).feed(_items(seed))


async def _values(stream: StreamUnderTest, topic: str, name: str) -> dict[str, bytes]:
    """Return canonical events by their id; fail where a repeat says something else."""
    reader = TopicReader({"bootstrap_servers": stream.brokers}, topic, prefix=stream.namespace)
    await reader.start(from_start=True)
    found: dict[str, bytes] = {}
    try:
        async for record in reader.read_to_end():
            event = orjson.loads(record.value or b"")
            said = canonical(event, topic)
            assert found.setdefault(event[name], said) == said
    finally:
        await reader.stop()
    return found


async def _begun(stream: StreamUnderTest) -> None:
    connection = {"bootstrap_servers": stream.brokers}
    everything = (*TOPICS, *INTERNAL)
    await create_topics(connection, everything, prefix=stream.namespace, partitions=PARTITIONS, replication=1)
    await stream.publish_graph()
    log = KafkaEventLog(connection, prefix=stream.namespace)
    wishes = [(wish.name.encode(), wish.model_dump_json(exclude_none=True).encode()) for wish in WISHES]
    try:
        await log.send([Message(SUBSCRIPTIONS.name, name, value) for name, value in wishes])
    finally:
        await log.stop()


async def _kill_again_and_again(worker: Worker, times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(1.5)
        worker.kill()
        await worker.start()


@pytest.mark.timeout(900)
async def test_kills_and_order_of_arrival_change_no_risk_and_no_alert(
    broker: RunningServer, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    killed = StreamUnderTest(broker.address, redis_url, NOWHERE, namespace, tmp_path)
    calm = replace(killed, namespace=f"calm-{namespace}")
    found = []
    for stream, kills, seed in ((killed, 2, 1), (calm, 0, 2)):
        await _begun(stream)
        worker = Worker(stream, f"worker-{kills}", only=PARTS, **SETTLED, BATCH_DOCUMENTS="10")
        try:
            await worker.start()
            killing = asyncio.create_task(_kill_again_and_again(worker, kills))
            await _feed(stream, [worker], seed)
            await killing
        finally:
            worker.kill()
        found.append([await _values(stream, *of) for of in ((RISK.name, "event_id"), (ALERTS.name, "alert_id"))])
    assert found[0] == found[1]
    assert len(found[0][0]) > LAPS * EVENTS_A_LAP
    assert {orjson.loads(alert)["subscription"] for alert in found[0][1].values()} == {wish.name for wish in WISHES}
