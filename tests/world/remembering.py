"""The real flow, whose first half follows from a record alone: so over all simulated runs it is computed but once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from stream_app.adapters.memory_model import MemoryModel
from stream_app.knowledge.entities import Entity
from stream_app.pipeline.flow import Flow, Prepared, Told
from stream_app.pipeline.isolation import at_once
from stream_app.pipeline.ports import Clock, SeenStore
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Record, Rejection
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.tensors import TOPICS
from tests.unit.agents.world import encoder
from tests.world.outside import Outside

_told: dict[tuple[object, ...], Told | Rejection] = {}


class RememberingFlow(Flow):
    """Asks the world's model at each batch, so that it may be away; the answer is a hash of the text."""

    def __init__(self, outside: Outside, seen: SeenStore, *, clock: Clock) -> None:
        super().__init__(seen, _no_details, clock=clock, compute=at_once)
        self._outside = outside

    async def prepare(self, records: Sequence[Record], snapshot: Snapshot, reader: Reader) -> Prepared:
        await self._outside.ask_model()
        keys = [(one.topic, one.value, one.received_at, repr(one.settled), snapshot.kg_version) for one in records]
        for key, record in zip(keys, records, strict=True):
            if key not in _told:
                (_told[key],) = (await super().prepare([record], snapshot, reader)).told
        return Prepared(tuple(records), tuple(_told[key] for key in keys), (self._outside.version, snapshot.kg_version))


def memory_reader() -> Reader:
    topics = [f"topic {one}" for one in range(TOPICS)]
    return Reader(MemoryModel(), encoder(), topics=topics, why_unread=lambda _: None)


async def _no_details(_: str, __: Collection[str]) -> Mapping[str, Entity]:
    return {}
