"""Risk on a real broker: whatever is killed in mid-stream, the risks told are those of an undisturbed run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from stream_app.adapters.kafka import KafkaEventLog
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.agents.tables import changelog_topic
from stream_app.events.entity import EntityKind, EntityRef
from stream_app.events.risk_effect import AliveEffects
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.topics import RISK, SENTIMENT, Topic
from stream_app.pipeline.ports import Message
from tests.factories import START, sentiment_event
from tests.streaming import StreamUnderTest, Worker, running_worker

pytestmark = pytest.mark.one_broker

EVENTS, KILLS = 60, 2
SMALL_BATCHES = {"TICK_PERIOD": "0", "BATCH_DOCUMENTS": "10", "COMMIT_INTERVAL": "2"}
TIMES = {"received_at", "processed_at"}
K = TypeVar("K")


def _event(number: int) -> SentimentEvent:
    """Return news of one company: what exposes others to it then comes in one order, so that runs can be compared."""
    return sentiment_event(
        number,
        at=START + timedelta(hours=number),
        polarity=-0.9 if number % 3 else 0.7,
        entity=EntityRef(id="company:tsmc", name="TSMC", kind=EntityKind.COMPANY),
        link_confidence=1.0,
        relevance=1.0,
    )


class Stream:
    """Sentiment events go in; effects, risks and what is remembered come out."""

    def __init__(self, under_test: StreamUnderTest) -> None:
        self.under_test = under_test
        self._connection = {"bootstrap_servers": under_test.brokers}

    async def send(self, events: Sequence[SentimentEvent]) -> None:
        log = KafkaEventLog(self._connection, prefix=self.under_test.namespace)
        try:
            await log.send([_message(event) for event in events])
        finally:
            await log.stop()

    async def values(self, topic: Topic) -> list[tuple[bytes, bytes | None]]:
        """Return keys and values that a topic holds, in order for each key."""
        reader = TopicReader(self._connection, topic.name, prefix=self.under_test.namespace)
        await reader.start(from_start=True)
        try:
            return [(record.key or b"", record.value) async for record in reader.read_to_end()]
        finally:
            await reader.stop()

    async def risks(self) -> dict[str, dict[str, Any]]:
        """Return the risk events by id, without times of processing; fail where a repeat says something else."""
        found: dict[str, dict[str, Any]] = {}
        for _, value in await self.values(RISK):
            risk = RiskEvent.model_validate_json(value or b"").model_dump(exclude=TIMES)
            assert found.setdefault(risk["event_id"], risk) == risk
        return found

    async def remembered(self) -> dict[bytes, AliveEffects]:
        """Return what is alive by key of the changelog."""
        changelog = changelog_topic(f"{self.under_test.namespace}workers", "risk")
        kept = dict(await self.values(changelog))
        return {key: AliveEffects.model_validate_json(value) for key, value in kept.items() if value}

    async def until_judged(self, number: int, *, seconds: float = 240) -> None:
        """Wait until an event's effects are remembered."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not any(_at(number) in _times(alive) for alive in (await self.remembered()).values()):
            assert asyncio.get_running_loop().time() < deadline, f"event {number} is not judged"
            await asyncio.sleep(0.3)

    async def settled(self, worker: Worker) -> dict[bytes, AliveEffects]:
        """Return what is remembered once the worker has finished all that it consumes."""
        await self.until_judged(EVENTS - 1)
        await self.under_test.until_finished(worker)
        return await self.remembered()


def _differing(ones: Mapping[K, object], others: Mapping[K, object]) -> list[tuple[K, object, object]]:
    """Return the first of what differs: pytest would take many minutes to tell all."""
    different = [key for key in ones.keys() | others.keys() if ones.get(key) != others.get(key)]
    return [(key, ones.get(key), others.get(key)) for key in different][:1]


def _at(number: int) -> datetime:
    return _event(number).published_at


def _times(alive: AliveEffects) -> set[datetime]:
    return {one.at for one in alive.effects}


def _message(event: SentimentEvent) -> Message:
    assert event.entity is not None
    return Message(SENTIMENT.name, event.entity.id.encode(), event.model_dump_json().encode())


@pytest.mark.timeout(900)
async def test_killed_workers_tell_the_risks_of_an_undisturbed_run(stream: StreamUnderTest) -> None:
    """Alive shocks come back as they were, whatever `kill -9` falls into, and no effect counts twice."""
    under_test = Stream(stream)
    worker = Worker(stream, "killed", only="risk", **SMALL_BATCHES)
    try:
        for first in range(0, EVENTS, EVENTS // KILLS):
            await under_test.send([_event(number) for number in range(first, first + EVENTS // KILLS)])
            await worker.start()
            await under_test.until_judged(first)
            worker.kill()
        await under_test.send([_event(number) for number in range(EVENTS - 20, EVENTS)])
        await worker.start()
        state = await under_test.settled(worker)
    finally:
        worker.kill()
    calm = Stream(replace(stream, namespace=f"calm-{stream.namespace}"))
    await calm.under_test.create_topics()
    await calm.send([_event(number) for number in range(EVENTS)])
    async with running_worker(calm.under_test, "calm", only="risk", **SMALL_BATCHES) as undisturbed:
        assert _differing(await calm.settled(undisturbed), state) == []
    assert _differing(await calm.risks(), await under_test.risks()) == []
