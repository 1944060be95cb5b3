"""A flow in memory with its store, fed batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.memory_model import MemoryModel
from stream_app.adapters.memory_seen import MemorySeenStore
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.documents import LinkedDocument
from stream_app.pipeline.flow import Flow, Processed
from stream_app.pipeline.language import why_unread
from stream_app.pipeline.ports import Clock
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Record
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.tensors import TOPICS
from tests.factories import RECEIVED, at_once
from tests.unit.agents.world import encoder, small_graph

GRAPH = small_graph()
SNAPSHOT = Snapshot(GRAPH.version, Linker(GRAPH))
TRIPS = "trips a bug"


def unread(linked: LinkedDocument) -> str | None:
    """Stand in for the language check, with a bug that one document trips."""
    if TRIPS in linked.document.title:
        raise LookupError(linked.document.id)
    return why_unread(linked, {"en"}, "memory")


def reader_of(version: str = "memory") -> Reader:
    topics = [f"topic {number}" for number in range(TOPICS)]
    return Reader(MemoryModel(version), encoder(), topics=topics, why_unread=unread)


async def no_details(_: str, __: Collection[str]) -> Mapping[str, Entity]:
    return {}


@dataclass
class Path:
    """A flow with its store, which remembers after each batch what was delivered."""

    suppress: bool = False
    seen: MemorySeenStore = field(default_factory=MemorySeenStore)

    def flow(self, clock: Clock | None = None) -> Flow:
        clock = clock or FixedClock(RECEIVED)
        return Flow(self.seen, no_details, clock=clock, compute=at_once, suppress=self.suppress)

    async def process(self, records: Sequence[Record], *, version: str = "memory") -> Processed:
        flow = self.flow()
        processed = await flow.conclude(await flow.prepare(records, SNAPSHOT, reader_of(version)))
        await self.seen.mark(processed.sightings)
        return processed

    async def in_batches(self, records: Sequence[Record], size: int) -> list[Any]:
        starts = range(0, len(records), size)
        return [
            outcome.result
            for start in starts
            for outcome in (await self.process(records[start : start + size])).outcomes
        ]
