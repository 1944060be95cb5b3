"""What the flow needs of the outside, as protocols. The adapters implement them, each with a twin in memory.

Every asynchronous method may raise `ServerUnavailable` (worth another try) or `ServerRejected` (not).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.pipeline.image_text import ImageLines, Unread
from stream_app.pipeline.novelty import Query, Recollection, Sighting
from stream_app.pipeline.rows import ModelRow, RowResult


class Clock(Protocol):
    """The wall clock; read at the edges only."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be written to the log; `topic` is without a prefix.

    Unset, the time stamp is the time of sending and the partition follows from the key.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    stamp: datetime | None = None
    partition: int | None = None


class EventLog(Protocol):
    """Where events go."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Write all messages, in order for each key; return when the log has every one."""
        ...


class SeenStore(Protocol):
    """What is remembered of documents, shared by all workers, for novelty and stories."""

    async def recall(self, queries: Sequence[Query]) -> Recollection:
        """Return what is remembered of these documents and of those that may be near-duplicates."""
        ...

    async def mark(self, sightings: Sequence[Sighting]) -> None:
        """Remember all sightings or none; to mark one again changes nothing."""
        ...


class GraphStore(Protocol):
    """Where the knowledge graph is published."""

    async def publish(self, graph: KnowledgeGraph) -> None:
        """Write the graph under its version, then switch the current version to it in one step."""
        ...

    async def current_version(self) -> str | None:
        """Return the version to be used now, or None where none was published."""
        ...

    async def load(self, version: str) -> KnowledgeGraph:
        """Return the graph of that version; `DataError` where it is missing or damaged."""
        ...

    async def details(self, version: str, ids: Collection[str]) -> Mapping[str, Entity]:
        """Return the entities of these ids, without those that the version does not have."""
        ...


class FusionModel(Protocol):
    """The one model that scores documents."""

    @property
    def version(self) -> str:
        """The version that goes into every event."""
        ...

    async def infer(self, rows: Sequence[ModelRow]) -> Sequence[RowResult]:
        """Return one result for each row, in order; a row's result does not depend on the others."""
        ...


class ImageReader(Protocol):
    """What reads the text that images show."""

    async def read(self, images: Sequence[bytes]) -> Sequence[ImageLines | Unread]:
        """Return for each image its lines in reading order, or why it was not read; raises for no bytes whatever."""
        ...


class Telemetry(Protocol):
    """Where figures go; names are those of `stream_app.pipeline.metrics`."""

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        """Add to a counter."""
        ...

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        ...

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Add an observation to a histogram."""
        ...
