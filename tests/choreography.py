"""Workers that are started, stopped and killed in turn while documents flow, and a verifier that recounts everything.

As in Kafka Streams' own system tests: after each step it is waited until the stream has gone on; in the end the
verifier judges by the input and the contract alone.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from stream_app.adapters.kafka import KafkaEventLog
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.events.subscription import Subscription
from stream_app.events.topics import ALERTS, DEAD_LETTERS, NEWS, ROLLUPS, SENTIMENT, SUBSCRIPTIONS
from stream_app.pipeline.ports import Message
from tests.feeds import document, values
from tests.streaming import StreamUnderTest, Worker

Json = dict[str, Any]
Deed = Literal["start", "stop", "kill"]
Step = tuple[Deed, int]
"""What is done to which worker."""

LOUD, APART_SECONDS = 0.3, 60
LENGTHS = {"1m": timedelta(minutes=1), "1h": timedelta(hours=1), "1d": timedelta(days=1)}
WISHES = (
    Subscription.model_validate({"name": "plain", "match": {"kinds": ["sentiment"], "min_abs_polarity": LOUD}}),
    Subscription.model_validate(
        {
            "name": "once",
            "match": {"kinds": ["sentiment"], "min_abs_polarity": LOUD},
            "throttle": {"per": "entity", "seconds": APART_SECONDS},
        }
    ),
)


@dataclass
class Choreography:
    """A stream, its workers, and what was fed so far: documents, each step with one record that is none."""

    stream: StreamUnderTest
    workers: int = 3
    documents: int = 0
    bad: int = 0
    _running: dict[int, Worker] = field(default_factory=dict)

    async def play(self, steps: Iterable[Step], *, documents: int) -> None:
        """Do each step with so many documents under way, and wait each time until all of them have an outcome."""
        await self._subscribe()
        try:
            for deed, number in steps:
                feeding = asyncio.create_task(self._feed(documents))
                await self._do(deed, number)
                await feeding
                await self._progress()
            await Verifier(self).settle()
        finally:
            for worker in self._running.values():
                worker.kill()

    async def _do(self, deed: Deed, number: int) -> None:
        if deed == "start":
            self._running[number] = Worker(self.stream, f"worker-{number}", BATCH_DOCUMENTS="32")
            await self._running[number].start(seconds=300)
        elif deed == "stop":
            worker = self._running.pop(number)
            await asyncio.to_thread(worker.terminate)
            assert worker.returncode == 0, worker.log()
        else:
            self._running.pop(number).kill()

    async def _feed(self, count: int) -> None:
        first, self.documents, self.bad = self.documents, self.documents + count, self.bad + 1
        half = first + count // 2
        await self.stream.feed(values(half - first, first=first))
        await self.stream.feed([b"no document"])
        await self.stream.feed(values(self.documents - half, first=half))

    async def _progress(self) -> None:
        assert self._running, "a step left nobody to go on"
        try:
            await self.stream.wait_for(self.documents + self.bad, seconds=300)
        except AssertionError as error:
            logs = "\n".join(worker.log() for worker in self._running.values())
            raise AssertionError(f"{error}\n{logs}") from error

    async def _subscribe(self) -> None:
        log = KafkaEventLog({"bootstrap_servers": self.stream.brokers}, prefix=self.stream.namespace)
        try:
            await log.send(
                [Message(SUBSCRIPTIONS.name, one.name.encode(), one.model_dump_json().encode()) for one in WISHES]
            )
        finally:
            await log.stop()


class Verifier:
    """Reads the topics as anybody may, and recounts what must be in them."""

    def __init__(self, played: Choreography) -> None:
        self._played = played

    async def settle(self, *, seconds: float = 300) -> None:
        """Return once nothing is left to complain of; what is too much is never made good, what is missing may come."""
        deadline = asyncio.get_running_loop().time() + seconds
        while complaints := await self.complaints():
            assert asyncio.get_running_loop().time() < deadline, "\n".join(complaints)
            await asyncio.sleep(1)

    async def complaints(self) -> list[str]:
        """Return what does not hold now."""
        events = {one["event_id"]: one for one in await self._read(SENTIMENT.name)}
        alerts = await self._read(ALERTS.name)
        return [
            *self._inputs(events, await self._read(DEAD_LETTERS.name)),
            *self._windows(events, await self._read(ROLLUPS.name)),
            *self._told(events, alerts),
            *self._apart(alerts),
        ]

    def _inputs(self, events: dict[str, Json], letters: list[Json]) -> Iterable[str]:
        wanted = {str(document(number)["id"]) for number in range(self._played.documents)}
        told = {one["document_id"] for one in events.values()}
        if told != wanted:
            yield f"documents without events: {len(wanted - told)}; events of none: {len(told - wanted)}"
        by_place = {(one["source_topic"], one["partition"], one["offset"]): one["error_kind"] for one in letters}
        if list(by_place.values()) != ["not_json"] * self._played.bad or {place[0] for place in by_place} != {
            NEWS.name
        }:
            yield f"{self._played.bad} bad records have these dead letters: {by_place}"

    def _windows(self, events: dict[str, Json], rollups: list[Json]) -> Iterable[str]:
        wanted: Counter[tuple[str, str, datetime]] = Counter()
        for one in events.values():
            if one["entity"]:
                at = datetime.fromisoformat(one["published_at"])
                wanted.update((one["entity"]["id"], name, _start(at, length)) for name, length in LENGTHS.items())
        latest: dict[str, Json] = {}
        for one in rollups:
            before = latest.setdefault(one["rollup_id"], one)
            if (one["revision"], one["closed"]) >= (before["revision"], before["closed"]):
                latest[one["rollup_id"]] = one
        found = {
            (one["entity"]["id"], one["window"], datetime.fromisoformat(one["start"])): one["documents"]
            for one in latest.values()
        }
        if wrong := [place for place in wanted.keys() | found.keys() if found.get(place, 0) != wanted[place]]:
            place = wrong[0]
            yield f"{len(wrong)} windows miscount: {place} has {found.get(place)} documents of {wanted[place]}"

    def _told(self, events: dict[str, Json], alerts: list[Json]) -> Iterable[str]:
        loud = {key for key, one in events.items() if abs(one["polarity"] or 0) >= LOUD}
        ids: defaultdict[str, set[str]] = defaultdict(set)
        for one in alerts:
            if one["subscription"] == "plain":
                ids[one["event"]["event_id"]].add(one["alert_id"])
        if ids.keys() != loud:
            yield f"events that nobody was told of: {len(loud - ids.keys())}; told too much: {len(ids.keys() - loud)}"
        if several := [event for event, some in ids.items() if len(some) > 1]:
            yield f"events told under several ids: {several}"

    def _apart(self, alerts: list[Json]) -> Iterable[str]:
        moments: defaultdict[str | None, dict[str, datetime]] = defaultdict(dict)
        for one in alerts:
            if one["subscription"] == "once":
                entity = (one["event"]["entity"] or {}).get("id")
                moments[entity][one["alert_id"]] = datetime.fromisoformat(one["published_at"])
        for entity, by_id in moments.items():
            for earlier, later in pairwise(sorted(by_id.values())):
                if later - earlier < timedelta(seconds=APART_SECONDS):
                    yield f"alerts of {entity} lie {later - earlier} apart"

    async def _read(self, topic: str) -> list[Json]:
        stream = self._played.stream
        reader = TopicReader({"bootstrap_servers": stream.brokers}, topic, prefix=stream.namespace)
        await reader.start(from_start=True)
        try:
            return [json.loads(record.value or b"") async for record in reader.read_to_end()]
        finally:
            await reader.stop()


def _start(at: datetime, length: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return at - (at - epoch) % length
