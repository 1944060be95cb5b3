"""A worker and its outside in memory: records go in, a crash loses what a crash loses, and everything can fail."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import orjson

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.memory_graph import MemoryGraphStore
from stream_app.adapters.memory_log import MemoryEventLog
from stream_app.adapters.memory_model import MemoryModel
from stream_app.adapters.memory_seen import MemorySeenStore
from stream_app.adapters.snapshots import SnapshotSource
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.agents.guard import finish_or_die
from stream_app.agents.ingestion import Ingestion
from stream_app.agents.outbox import Outbox
from stream_app.agents.patience import Patience
from stream_app.events.entity import EntityKind
from stream_app.events.topics import DEAD_LETTERS, SENTIMENT
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph, make_graph
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.encoding import Encoder
from stream_app.pipeline.flow import Flow
from stream_app.pipeline.novelty import Query, Recollection, Sighting
from stream_app.pipeline.ports import FusionModel, Message
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Record
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import TOPICS
from tests.factories import START

_T = TypeVar("_T")
_TOKENIZER = Path(__file__).parents[3] / "model_repo" / "fusion" / "1" / "tokenizer.json"
_NAMES = ("Apple", "Microsoft", "Boeing", "Siemens", "Toyota", "Nvidia", "Nestle", "Pfizer", "Unilever")


@cache
def encoder() -> Encoder:
    """Return an encoder with the shipped tokenizer."""
    return Encoder(_TOKENIZER.read_text(encoding="utf-8"))


@cache
def small_graph() -> KnowledgeGraph:
    """Return a graph of a few companies with plain names."""
    entities = [Entity(f"company:{name.lower()}", EntityKind.COMPANY, name) for name in _NAMES]
    aliases = [Alias(one.name, one.id, AliasStyle.NAME, 0.95) for one in entities]
    return make_graph(entities, aliases, relations=[])


@dataclass
class Tripwire:
    """Raises `error` at step number `at`, once; counts the steps."""

    at: int | None = None
    error: BaseException | None = None
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at and self.error is not None:
            raise self.error

    async def around(self, work: Awaitable[_T]) -> _T:
        """Await `work` with a step before it and one after it: a fault may come before or after the effect."""
        try:
            self.step()
        except BaseException:
            if hasattr(work, "close"):
                work.close()
            raise
        result = await work
        self.step()
        return result


class TrippingPorts:
    """Every port of the path, each await of which takes two steps of the wire."""

    def __init__(self, wire: Tripwire) -> None:
        self.wire = wire
        self.log, self.seen, self.model = MemoryEventLog(), MemorySeenStore(), MemoryModel()
        self.version = self.model.version
        self.graphs = MemoryGraphStore()

    async def send(self, messages: Sequence[Message]) -> None:
        await self.wire.around(self.log.send(messages))

    async def recall(self, queries: Sequence[Query]) -> Recollection:
        return await self.wire.around(self.seen.recall(queries))

    async def mark(self, sightings: Sequence[Sighting]) -> None:
        await self.wire.around(self.seen.mark(sightings))

    async def infer(self, rows: Sequence[ModelRow]) -> Sequence[RowResult]:
        return await self.wire.around(self.model.infer(rows))

    async def publish(self, graph: KnowledgeGraph) -> None:
        await self.graphs.publish(graph)

    async def current_version(self) -> str | None:
        return await self.graphs.current_version()

    async def load(self, version: str) -> KnowledgeGraph:
        return await self.graphs.load(version)

    async def details(self, version: str, ids: Collection[str]) -> Mapping[str, Entity]:
        return await self.wire.around(self.graphs.details(version, ids))

    async def compute(self, work: Callable[[], _T]) -> _T:
        async def now() -> _T:
            return work()

        return await self.wire.around(now())


class ProcessEnded(BaseException):
    """Stands for the end of the worker's process."""


def _die(error: BaseException) -> None:
    raise ProcessEnded(str(error)) from error


@dataclass
class World:
    """What outlives a worker: the log, the stores, the offset."""

    wire: Tripwire = field(default_factory=Tripwire)
    limit: DeadLetterLimit = field(default_factory=lambda: DeadLetterLimit(10_000, 1.0))
    crashes: int = 0
    model: FusionModel | None = None
    """The model that the next batch is scored with, where it is not the ports'."""

    def __post_init__(self) -> None:
        self.ports = TrippingPorts(self.wire)
        self.telemetry = MemoryTelemetry()

    async def worker(self) -> Ingestion:
        """Return a worker that has just started."""
        ports, clock = self.ports, FixedClock(START)
        snapshots = SnapshotSource(ports, self.telemetry, build=small_graph, poll_seconds=1)
        await snapshots.start()
        topics = [f"topic {number}" for number in range(TOPICS)]
        read_with = partial(Reader, encoder=encoder(), topics=topics, why_unread=lambda _: None)
        patience = Patience(self.telemetry, sleep=lambda _: asyncio.sleep(0))
        flow = Flow(ports, snapshots.details, clock=clock, compute=ports.compute)
        outbox = Outbox(ports, ports, clock, telemetry=self.telemetry, patience=patience)
        adopted = lambda: (snapshots.current, read_with(self.model or ports))  # noqa: E731
        return Ingestion(flow, outbox, adopted=adopted, patience=patience, new_limit=lambda: self.limit)

    async def run(self, records: Sequence[Record], *, batch: int) -> None:
        """Deliver all records in batches; a worker that ended is started again where its offset stands."""
        worker = await self.worker()
        offset = 0
        while offset < len(records):
            try:
                await finish_or_die(worker.handle(records[offset : offset + batch]), grace=1, die=_die)
            except ProcessEnded:
                self.crashes += 1
                worker = await self.worker()
            else:
                offset += batch

    def events(self) -> dict[str, dict[str, Any]]:
        """Return the events by id; fail where a repeat differs from the first."""
        found: dict[str, dict[str, Any]] = {}
        for message in self.ports.log.topics[SENTIMENT.name]:
            event = orjson.loads(message.value or b"")
            first = found.setdefault(event["event_id"], event)
            assert first == event, "a repeated event differs from the first"
        return found

    def events_of_documents(self) -> dict[str, set[str]]:
        """Return the ids of each document's events."""
        documents: dict[str, set[str]] = defaultdict(set)
        for event in self.events().values():
            documents[event["document_id"]].add(event["event_id"])
        return documents

    def dead_letters(self) -> dict[tuple[str, int, int], dict[str, Any]]:
        """Return the dead letters by the place of their record."""
        letters = [orjson.loads(message.value or b"") for message in self.ports.log.topics[DEAD_LETTERS.name]]
        return {(one["source_topic"], one["partition"], one["offset"]): one for one in letters}
