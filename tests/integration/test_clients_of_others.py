"""Other people's clients read the topics: keys and values are what the contract says, with no library of ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Iterator

import confluent_kafka
import pytest
import pytest_asyncio

from stream_app.events.sentiment_event import SentimentEvent
from tests.feeds import values
from tests.streaming import StreamUnderTest, running_worker

DOCUMENTS = 50


@pytest_asyncio.fixture
async def filled_stream(stream: StreamUnderTest) -> StreamUnderTest:
    """A stream that has turned some documents into events."""
    await stream.feed(values(DOCUMENTS))
    async with running_worker(stream, only="ingest"):
        await stream.wait_for(DOCUMENTS)
    return stream


def _by_confluent(stream: StreamUnderTest, wanted: int) -> Iterator[confluent_kafka.Message]:
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": stream.brokers,
            "group.id": f"other-{uuid.uuid4().hex}",
            "auto.offset.reset": "earliest",
            # the embedded broker waits half of the poll interval before a group's first assignment
            "session.timeout.ms": 6000,
            "max.poll.interval.ms": 6000,
        }
    )
    consumer.subscribe([f"{stream.namespace}sentiment.events"])
    try:
        for _ in range(wanted):
            message = consumer.poll(20)
            assert message is not None, "no event came within 20 s"
            assert message.error() is None
            yield message
    finally:
        consumer.close()


async def test_confluent_kafka_reads_events_and_keys(filled_stream: StreamUnderTest) -> None:
    found = await filled_stream.outcomes()
    messages = list(_by_confluent(filled_stream, sum(found.repeats.values())))
    events = [SentimentEvent.model_validate_json(message.value() or b"") for message in messages]
    assert {event.event_id for event in events} == found.event_ids
    for message, event in zip(messages, events, strict=True):
        key = message.key()
        assert (key.decode() if isinstance(key, bytes) else key) == (event.entity.id if event.entity else None)


@pytest.mark.kafka
@pytest.mark.parametrize("broker", ["apache_kafka"], indirect=True)
async def test_kcat_reads_events_and_keys(filled_stream: StreamUnderTest) -> None:
    kcat = shutil.which("kcat")
    assert kcat, "kcat is missing: apt install kcat"
    topic = f"{filled_stream.namespace}sentiment.events"
    command = [kcat, "-C", "-b", filled_stream.brokers, "-t", topic, "-o", "beginning", "-e", "-q", "-J"]
    lines = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.splitlines()
    events = [json.loads(line) for line in lines]
    found = await filled_stream.outcomes()
    payloads = [json.loads(event["payload"]) for event in events]
    assert {payload["event_id"] for payload in payloads} == found.event_ids
    assert [event["key"] for event in events] == [(payload["entity"] or {}).get("id") for payload in payloads]
