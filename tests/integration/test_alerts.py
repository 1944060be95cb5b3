"""Alerts on a real broker: subscribing by any client, and a worker that is killed in the middle."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import confluent_kafka
import pytest
import pytest_asyncio

from stream_app.adapters.kafka import KafkaEventLog, admin_client, create_topics
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.embedded.server import RunningServer
from stream_app.events.schema import Schema
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import Subscription
from stream_app.events.tick import Tick
from stream_app.events.topics import DEAD_LETTERS, INTERNAL, SENTIMENT, TICKS, TOPICS
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record
from tests.factories import START
from tests.streaming import StreamUnderTest, Worker, running_worker
from tests.unit.alerts.examples import COMPANIES, sentiment, subscription

pytestmark = pytest.mark.one_broker

PARTITIONS = 2
NOWHERE = "127.0.0.1:9"
Json = dict[str, Any]


@dataclass
class Desk:
    """A broker with topics of its own, and whoever subscribes there."""

    under_test: StreamUnderTest

    @property
    def connection(self) -> dict[str, str]:
        return {"bootstrap_servers": self.under_test.brokers}

    @property
    def namespace(self) -> str:
        return self.under_test.namespace

    async def subscribe(self, *wishes: Subscription) -> None:
        await self.send(
            *(Message("subscriptions", wish.name.encode(), wish.model_dump_json().encode()) for wish in wishes)
        )

    async def publish(self, *events: Schema) -> None:
        await self.send(*(_message(event) for event in events))

    async def send(self, *messages: Message) -> None:
        log = KafkaEventLog(self.connection, prefix=self.namespace)
        try:
            await log.send(messages)
        finally:
            await log.stop()

    async def read(self, topic: str) -> list[Record]:
        reader = TopicReader(self.connection, topic, prefix=self.namespace)
        await reader.start(from_start=True)
        try:
            return [record async for record in reader.read_to_end()]
        finally:
            await reader.stop()

    async def topics(self) -> set[str]:
        async with admin_client(self.connection) as admin:
            return {name.removeprefix(self.namespace) for name in await admin.list_topics() if self.namespace in name}

    async def alerts(self, topic: str = "alerts") -> list[Json]:
        return [json.loads(record.value or b"") for record in await self.read(topic)]

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """Give a worker of the part `alerts` alone, and end it afterwards whatever happened."""
        settings = {"PARTITIONS": str(PARTITIONS), "BATCH_DOCUMENTS": "16", "TICK_PERIOD": "0"}
        async with running_worker(self.under_test, only="alerts", **settings) as worker:
            yield worker


def _message(event: Schema) -> Message:
    value = event.model_dump_json().encode()
    if isinstance(event, SentimentEvent):
        return Message(SENTIMENT.name, event.entity.id.encode() if event.entity else None, value)
    return Message(TICKS.name, b"test", value)


async def until(done: Callable[[], Any], *, seconds: float = 180, what: Callable[[], str] = str) -> None:
    """Wait until `done` gives something true, awaiting it where it is a coroutine."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = done()
        if await answer if asyncio.iscoroutine(answer) else answer:
            return
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds:g} s: {what()}"
        await asyncio.sleep(0.2)


@pytest_asyncio.fixture
async def desk(broker: RunningServer, redis_url: str, namespace: str, tmp_path: Path) -> Desk:
    """A broker's topics, on each broker in turn. The part asks no model."""
    desk = Desk(StreamUnderTest(broker.address, redis_url, NOWHERE, namespace, tmp_path))
    everything = (*TOPICS, *INTERNAL)
    await create_topics(desk.connection, everything, prefix=namespace, partitions=PARTITIONS, replication=1)
    return desk


def _ids_by_event(alerts: Sequence[Json], name: str) -> dict[str, set[str]]:
    """Return under which alert ids each event was told to a subscription."""
    found: dict[str, set[str]] = {}
    for alert in alerts:
        if alert["subscription"] == name:
            digest = alert["digest"]
            for event in digest["events"] if digest else [alert["event"]]:
                found.setdefault(event["event_id"], set()).add(alert["alert_id"])
    return found


ANY = {"min_abs_polarity": 0.5}
DAY = 86_400


async def test_kills_in_mid_stream_repeat_no_alert_under_another_id_and_lose_no_throttle(desk: Desk) -> None:
    await desk.subscribe(
        subscription("plain", match=ANY),
        subscription("once", match=ANY, throttle={"per": "entity", "seconds": DAY}),
        subscription("first", match=ANY, throttle={"per": "subscription", "seconds": DAY}),
        subscription("steady", match=ANY, hysteresis={"quiet": DAY}),
        subscription("digest", match=ANY, digest=300),
    )
    count, told = 600, 0
    events = [sentiment(f"e-{number}", COMPANIES[number % 4], at=number) for number in range(count)]
    for start in range(0, count, 300):
        await desk.publish(*events[start : start + 300])
        async with desk.worker() as worker:
            before = told + 20

            async def more(least: int = before) -> bool:
                return len(_ids_by_event(await desk.alerts(), "plain")) > least

            await until(more)
            worker.kill()
        told = len(_ids_by_event(await desk.alerts(), "plain"))
    async with desk.worker():
        await until(lambda: _told_all(desk, "plain", count))
        await desk.publish(Tick(source="test", event_time=START + timedelta(seconds=count + 1_000)))
        await until(lambda: _all_digested(desk, count))
    alerts = await desk.alerts()
    everything = {event.event_id for event in events}
    assert _ids_by_event(alerts, "plain").keys() == everything
    for name in ("plain", "digest"):
        assert {len(ids) for ids in _ids_by_event(alerts, name).values()} == {1}, name
    by_entity = {name: _entities_told(alerts, name) for name in ("once", "steady")}
    assert by_entity == {name: dict.fromkeys(COMPANIES, 1) for name in by_entity}
    assert len(_ids_by_event(alerts, "first")) == 1
    assert {alert["alert_id"]: alert["subscription"] for alert in await desk.alerts("alerts.once")} == {
        alert["alert_id"]: "once" for alert in alerts if alert["subscription"] == "once"
    }


async def _told_all(desk: Desk, name: str, count: int) -> bool:
    return len(_ids_by_event(await desk.alerts(), name)) == count


async def _all_digested(desk: Desk, count: int) -> bool:
    digests = {alert["alert_id"]: alert["digest"] for alert in await desk.alerts("alerts.digest")}
    assert sum(digest["count"] for digest in digests.values()) <= count
    return sum(digest["count"] for digest in digests.values()) == count


def _entities_told(alerts: Sequence[Json], name: str) -> dict[str, int]:
    """Return how many distinct alerts each entity gave."""
    ids = {alert["alert_id"]: alert["event"]["entity"]["name"] for alert in alerts if alert["subscription"] == name}
    return {company: sum(entity.lower() == company for entity in ids.values()) for company in COMPANIES}


async def test_a_plain_kafka_producer_subscribes_changes_and_ends_a_subscription(desk: Desk) -> None:
    producer = confluent_kafka.Producer({"bootstrap.servers": desk.under_test.brokers})
    topic = f"{desk.namespace}subscriptions"

    def put(key: str | bytes, value: bytes | None) -> None:
        producer.produce(topic, key=key, value=value)
        assert producer.flush(20) == 0

    wish = {"name": "apple-falls", "match": {"tickers": ["APPL"], "direction": "adverse"}}
    async with desk.worker():
        put("apple-falls", json.dumps(wish).encode())
        put("apple-falls", b"no JSON")
        put("news.raw", json.dumps(wish).encode())
        put("apple-falls", json.dumps(wish | {"name": "news.raw"}).encode())
        await until(lambda: _letters(desk, 3))
        put("apple-falls", json.dumps(wish).encode())
        await until(lambda: _has_topic(desk, "alerts.apple-falls"))
        await _publish_until_told(desk, "apple-falls")
        put("apple-falls", None)
        await asyncio.sleep(2)
        told = len(await desk.alerts("alerts.apple-falls"))
        await desk.publish(sentiment("after-the-end"))
        await asyncio.sleep(3)
        assert len(await desk.alerts("alerts.apple-falls")) == told
    letters = [json.loads(record.value or b"") for record in await desk.read(DEAD_LETTERS.name)]
    assert sorted(letter["error_kind"] for letter in letters) == ["not_json", "wrong_key", "wrong_type"]
    assert {letter["source_topic"] for letter in letters} == {"subscriptions"}
    assert not {name for name in await desk.topics() if name.startswith("alerts.")} - {"alerts.apple-falls"}


async def _letters(desk: Desk, count: int) -> bool:
    return len(await desk.read(DEAD_LETTERS.name)) >= count


async def _has_topic(desk: Desk, name: str) -> bool:
    return name in await desk.topics()


async def _publish_until_told(desk: Desk, name: str) -> None:
    """Publish events until one is told: a worker learns of a subscription a moment after its topic is made."""
    for number in range(20):
        await desk.publish(sentiment(f"try-{number}", at=number))
        await asyncio.sleep(1)
        if await desk.alerts(f"alerts.{name}"):
            return
    raise AssertionError(f"nothing was told to {name}")
