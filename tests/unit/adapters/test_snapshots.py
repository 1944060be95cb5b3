"""The graph that batches are linked with follows what is published, and outlives the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from stream_app.adapters.memory_graph import MemoryGraphStore
from stream_app.adapters.snapshots import SnapshotSource
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.errors import DataError, ServerUnavailable
from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph, make_graph

ERRORS = "stream_app_graph_store_errors_total"


def _graph(name: str) -> KnowledgeGraph:
    entity = Entity(f"company:{name.lower()}", EntityKind.COMPANY, name)
    return make_graph([entity], [Alias(name, entity.id, AliasStyle.NAME, 0.95)], relations=[])


class _Store(MemoryGraphStore):
    """A store that can be away, and counts the lookups that reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.away = self.flushed = self.evicted = False
        self.lookups = 0

    async def current_version(self) -> str | None:
        if self.away:
            raise ServerUnavailable("the store is away")
        return None if self.flushed else await super().current_version()

    async def publish(self, graph: KnowledgeGraph) -> None:
        self.flushed = self.evicted = False
        await super().publish(graph)

    async def details(self, version: str, ids: Collection[str]) -> Mapping[str, Entity]:
        self.lookups += 1
        if self.away:
            raise ServerUnavailable("the store is away")
        if self.evicted:
            raise DataError("the store has lost the entities")
        return await super().details(version, ids)


@pytest.fixture
def store() -> _Store:
    return _Store()


@pytest.fixture
def telemetry() -> MemoryTelemetry:
    return MemoryTelemetry()


@pytest.fixture
def source(store: _Store, telemetry: MemoryTelemetry) -> SnapshotSource:
    return SnapshotSource(store, telemetry, build=lambda: _graph("Apple"), poll_seconds=1)


async def test_first_worker_builds_and_publishes_a_graph_where_there_is_none(
    source: SnapshotSource, store: _Store
) -> None:
    await source.start()
    assert source.current.kg_version == await store.current_version() == _graph("Apple").version


async def test_published_graph_is_taken_and_none_is_built(store: _Store, telemetry: MemoryTelemetry) -> None:
    await store.publish(_graph("Boeing"))

    def build() -> KnowledgeGraph:
        raise AssertionError("nothing is to be built")

    source = SnapshotSource(store, telemetry, build=build, poll_seconds=1)
    await source.start()
    assert source.current.kg_version == _graph("Boeing").version


async def test_newer_version_is_noticed_without_a_restart(source: SnapshotSource, store: _Store) -> None:
    await source.start()
    before = source.current
    await store.publish(_graph("Boeing"))
    await source.refresh()
    assert source.current.kg_version == _graph("Boeing").version
    assert before.kg_version == _graph("Apple").version
    assert source.current.linker.link([("title", "Boeing wins an order")])


async def test_flushed_store_is_filled_again_from_the_held_graph(source: SnapshotSource, store: _Store) -> None:
    await source.start()
    store.flushed = True
    await source.refresh()
    assert await store.current_version() == source.current.kg_version


async def test_linking_goes_on_while_the_store_is_away_and_the_metric_says_so(
    source: SnapshotSource, store: _Store, telemetry: MemoryTelemetry
) -> None:
    await source.start()
    store.away = True
    await source.refresh()
    assert source.current.kg_version == _graph("Apple").version
    assert telemetry.counts[ERRORS] == 1


async def test_worker_starts_while_the_store_is_away(source: SnapshotSource, store: _Store) -> None:
    store.away = True
    await source.start()
    assert source.current.kg_version == _graph("Apple").version


async def test_details_are_not_asked_for_again_until_the_store_is_back(source: SnapshotSource, store: _Store) -> None:
    await source.start()
    version, ids = source.current.kg_version, ["company:apple"]
    store.away = True
    assert await source.details(version, ids) == {}
    assert await source.details(version, ids) == {}
    assert store.lookups == 1
    store.away = False
    await source.refresh()
    assert set(await source.details(version, ids)) == {"company:apple"}


async def test_entities_that_the_store_has_lost_are_published_again(source: SnapshotSource, store: _Store) -> None:
    await source.start()
    version, ids = source.current.kg_version, ["company:apple"]
    store.evicted = True
    assert await source.details(version, ids) == {}
    await source.refresh()
    assert set(await source.details(version, ids)) == {"company:apple"}


async def test_who_does_not_link_has_the_graph_and_makes_no_linker(store: _Store, telemetry: MemoryTelemetry) -> None:
    computed: list[object] = []

    async def counting(step: Any) -> Any:
        computed.append(step)
        return step()

    await store.publish(_graph("Apple"))
    source = SnapshotSource(
        store, telemetry, build=lambda: _graph("Other"), poll_seconds=1, compute=counting, links=False
    )
    await source.start()
    assert source.graph == _graph("Apple")
    assert not computed
    with pytest.raises(RuntimeError):
        _ = source.current
