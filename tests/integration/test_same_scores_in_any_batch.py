"""The shipped model and graph: what comes out does not depend on how documents are batched, nor on their neighbours."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import pytest

from stream_app.adapters.clock import FixedClock
from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.memory_seen import MemorySeenStore
from stream_app.cli.local import local_model
from stream_app.compose_model import build_reader
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.flow import Flow
from stream_app.pipeline.messages import messages_of
from stream_app.pipeline.ports import Message
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Record
from stream_app.pipeline.snapshot import Snapshot
from stream_app.sample import messages
from stream_app.settings import Settings
from tests.factories import RECEIVED, record
from tests.feeds import values

_T = TypeVar("_T")
DOCUMENTS = 500


async def _at_once(work: Callable[[], _T]) -> _T:
    return work()


async def _no_details(_: str, __: Collection[str]) -> Mapping[str, Entity]:
    return {}


@pytest.fixture
def reader() -> Reader:
    model, files = local_model(Settings())
    return build_reader(model, files)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    graph = installed_graph()
    return Snapshot(graph.version, Linker(graph))


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Half headlines, half the shipped sample with all its kinds and lengths of documents."""
    sample = [message.value for message in messages()][: DOCUMENTS // 2]
    return [record(value or b"", offset=at) for at, value in enumerate([*values(DOCUMENTS - len(sample)), *sample])]


async def _run(records: Sequence[Record], batch: int, reader: Reader, snapshot: Snapshot) -> list[Message]:
    seen = MemorySeenStore()
    flow = Flow(seen, _no_details, clock=FixedClock(RECEIVED), compute=_at_once)
    written: list[Message] = []
    for start in range(0, len(records), batch):
        processed = await flow.conclude(await flow.prepare(records[start : start + batch], snapshot, reader))
        await seen.mark(processed.sightings)
        written.extend(messages_of(processed.outcomes, RECEIVED))
    return written


async def test_batches_of_1_7_and_64_give_the_same_events_to_the_byte(
    reader: Reader, snapshot: Snapshot, records: list[Record]
) -> None:
    alone = await _run(records, 1, reader, snapshot)
    assert await _run(records, 7, reader, snapshot) == alone
    assert await _run(records, 64, reader, snapshot) == alone


async def test_other_neighbours_in_the_batch_change_no_bit_of_a_score(
    reader: Reader, snapshot: Snapshot, records: list[Record]
) -> None:
    shuffled = random.Random(7).sample(records, len(records))
    assert await _scores(shuffled, reader, snapshot) == await _scores(records, reader, snapshot)


async def _scores(records: Sequence[Record], reader: Reader, snapshot: Snapshot) -> dict[int, Any]:
    flow = Flow(MemorySeenStore(), _no_details, clock=FixedClock(RECEIVED), compute=_at_once)
    prepared = await flow.prepare(records, snapshot, reader)
    return {one.offset: getattr(told, "scored", told) for one, told in zip(records, prepared.told, strict=True)}
