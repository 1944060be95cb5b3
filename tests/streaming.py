"""A stream under test: real servers, workers as users start them, and a reader that knows only the contract."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from redis.asyncio import Redis

from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.kafka import KafkaEventLog, create_topics
from stream_app.adapters.kafka_backlog import Backlog
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.events.topics import DEAD_LETTERS, NEWS, SENTIMENT, TOPICS
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record

PARTITIONS = 4
_PUBLISHED = "published."
"""Prefix of the graph that was published once on a cache: each stream has a copy, which takes the cache no time."""
_graph = cache(installed_graph)


@dataclass
class Outcomes:
    """What came out: events by document, and dead letters by their place in the source topic."""

    events: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    dead_letters: dict[tuple[str, int, int], dict[str, Any]] = field(default_factory=dict)
    repeats: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count one record of an output topic."""
        value = orjson.loads(record.value or b"")
        if record.topic == DEAD_LETTERS.name:
            self.dead_letters[value["source_topic"], value["partition"], value["offset"]] = value
            return
        if not self.repeats[value["event_id"]]:
            self.events[value["document_id"]].append(value)
        self.repeats[value["event_id"]] += 1

    @property
    def event_ids(self) -> set[str]:
        """Ids of all events, repeats dropped."""
        return {event["event_id"] for events in self.events.values() for event in events}


@dataclass(frozen=True)
class StreamUnderTest:
    """Where the servers are, and the name that keeps this stream apart from others."""

    brokers: str
    redis_url: str
    triton_url: str
    namespace: str
    state_dir: Path

    def environment(self, **more: str) -> dict[str, str]:
        """Return the settings of a worker."""
        settings = {
            "KAFKA_BROKERS": self.brokers,
            "KAFKA_REBALANCE_TIMEOUT": "2",
            "KAFKA_FETCH_WAIT": "0.05",
            "REDIS_URL": self.redis_url,
            "REDIS_PREFIX": self.namespace,
            "TRITON_URL": self.triton_url,
            "TOPIC_PREFIX": self.namespace,
            "CONSUMER_GROUP": f"{self.namespace}workers",
            "PARTITIONS": str(PARTITIONS),
            "STATE_DIR": str(self.state_dir),
        }
        named = {f"STREAM_APP_{name}": value for name, value in (settings | more).items()}
        return {**os.environ, **named}

    async def create_topics(self) -> None:
        """Create all topics of this stream, and publish the graph."""
        connection = {"bootstrap_servers": self.brokers}
        await create_topics(connection, TOPICS, prefix=self.namespace, partitions=PARTITIONS, replication=1)
        await self.publish_graph()

    async def publish_graph(self) -> None:
        """Publish the installed graph: where none is published, a worker builds it."""
        redis = Redis.from_url(self.redis_url)
        if not await redis.exists(f"{_PUBLISHED}kg:current"):
            await RedisGraphStore(redis, prefix=_PUBLISHED).publish(_graph())
        for key in [bytes(key).decode() async for key in redis.scan_iter(f"{_PUBLISHED}kg:*")]:
            await redis.copy(key, self.namespace + key.removeprefix(_PUBLISHED))
        await redis.aclose()

    async def feed(self, values: Iterable[bytes | None], *, topic: str = NEWS.name) -> None:
        """Publish record values, spread over the partitions."""
        log = KafkaEventLog({"bootstrap_servers": self.brokers}, prefix=self.namespace)
        messages = [Message(topic, str(number).encode(), value) for number, value in enumerate(values)]
        try:
            await log.send(messages)
        finally:
            await log.stop()

    async def outcomes(self) -> Outcomes:
        """Read everything that came out so far."""
        found = Outcomes()
        async with self._readers() as readers:
            await _read_on(readers, found)
        return found

    async def wait_for(self, outcomes: int, *, seconds: float = 120.0) -> Outcomes:
        """Return what came out once so many records have an outcome; fail when that takes too long."""
        deadline = asyncio.get_running_loop().time() + seconds
        found = Outcomes()
        async with self._readers() as readers:
            while True:
                await _read_on(readers, found)
                reached = len(found.events) + len(found.dead_letters)
                if reached >= outcomes:
                    return found
                if asyncio.get_running_loop().time() > deadline:
                    raise AssertionError(f"{reached} of {outcomes} records have an outcome after {seconds:g} s")
                await asyncio.sleep(0.3)

    async def until_finished(self, worker: Worker, *, seconds: float = 240.0) -> None:
        """Wait until the group has committed all that the worker's topics hold; fail when that takes too long."""
        deadline = asyncio.get_running_loop().time() + seconds
        group = f"{self.namespace}workers"
        async with Backlog({"bootstrap_servers": self.brokers}, group, worker.consumed()) as backlog:
            while left := await backlog.read():
                assert asyncio.get_running_loop().time() < deadline, f"{left} records are not finished"
                await asyncio.sleep(0.3)

    @asynccontextmanager
    async def _readers(self) -> AsyncIterator[list[TopicReader]]:
        async with AsyncExitStack() as running:
            readers = []
            for topic in (SENTIMENT, DEAD_LETTERS):
                reader = TopicReader({"bootstrap_servers": self.brokers}, topic.name, prefix=self.namespace)
                await reader.start(from_start=True)
                running.push_async_callback(reader.stop)
                readers.append(reader)
            yield readers


async def _read_on(readers: Iterable[TopicReader], found: Outcomes) -> None:
    """Add what came since the readers were read last."""
    for reader in readers:
        async for record in reader.read_to_end():
            found.add(record)


class Worker:
    """One worker process, started as a user would; its output goes to a file beside its state."""

    def __init__(self, stream: StreamUnderTest, name: str, *, only: str | None = None, **settings: str) -> None:
        """Describe it; `start` starts it. `only` are the parts that it runs, where these are not all."""
        self._stream, self._name, self._settings = stream, name, settings
        self._parts = ["--only", only] if only else []
        self._process: subprocess.Popen[bytes] | None = None
        self.log_path = stream.state_dir / f"{name}.log"

    async def start(self, *, seconds: float = 120.0) -> None:
        """Start it and wait until it has its partitions."""
        ready = self._stream.state_dir / f"{self._name}.ready"
        ready.unlink(missing_ok=True)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).parent / "stream-app"), "worker", "--ready-file", str(ready), *self._parts],
                env=self._stream.environment(**self._settings),
                stdout=log,
                stderr=log,
            )
        deadline = asyncio.get_running_loop().time() + seconds
        while not ready.exists():
            if self.returncode is not None or asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{self._name} did not become ready:\n{self.log()}")
            await asyncio.sleep(0.05)

    def consumed(self) -> list[str]:
        """Return the topics that it consumes, with their prefix."""
        return (self._stream.state_dir / f"{self._name}.ready").read_text().split()

    @property
    def returncode(self) -> int | None:
        """Exit status, or None while it runs."""
        return self._process.poll() if self._process else None

    def log(self) -> str:
        """Return the end of what it wrote."""
        return self.log_path.read_text(errors="replace")[-4000:]

    def kill(self) -> None:
        """`kill -9`."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to stop, and wait until it has."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(120)

    async def exit_status(self, *, seconds: float = 60.0) -> int:
        """Wait until it ends by itself."""
        deadline = asyncio.get_running_loop().time() + seconds
        while (status := self.returncode) is None:
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{self._name} still runs:\n{self.log()}")
            await asyncio.sleep(0.1)
        return status


@asynccontextmanager
async def running_worker(
    stream: StreamUnderTest, name: str = "worker", *, only: str | None = None, **settings: str
) -> AsyncIterator[Worker]:
    """Give a worker that consumes, and end it afterwards whatever happened."""
    worker = Worker(stream, name, only=only, **settings)
    try:
        await worker.start()
        yield worker
    finally:
        worker.kill()
