"""Graph versions under publishing, flushes and a store that is away: each worker links by the one that it took over."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from stream_app.adapters.memory_graph import MemoryGraphStore
from stream_app.adapters.snapshots import SnapshotSource
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.errors import ServerUnavailable
from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph, make_graph
from stream_app.pipeline.isolation import at_once
from tests.world.outside import answer

NAMES = ("Apple", "Boeing", "Nestle", "Toyota")


def graph(number: int) -> KnowledgeGraph:
    """Return a graph that knows the first companies."""
    entities = [Entity(f"company:{name.lower()}", EntityKind.COMPANY, name) for name in NAMES[: number + 1]]
    return make_graph(entities, [Alias(one.name, one.id, AliasStyle.NAME, 0.9) for one in entities], relations=[])


GRAPHS = [graph(number) for number in range(len(NAMES))]


class Cache:
    """A graph store that can be away and be flushed."""

    def __init__(self) -> None:
        self.store, self.away = MemoryGraphStore(), False

    async def publish(self, graph: KnowledgeGraph) -> None:
        self._reach()
        await self.store.publish(graph)

    async def current_version(self) -> str | None:
        self._reach()
        return await self.store.current_version()

    async def load(self, version: str) -> KnowledgeGraph:
        self._reach()
        return await self.store.load(version)

    async def details(self, version: str, ids: Collection[str]) -> Mapping[str, Entity]:
        self._reach()
        return await self.store.details(version, ids)

    def _reach(self) -> None:
        if self.away:
            raise ServerUnavailable("the cache is away")


class GraphVersions(RuleBasedStateMachine):
    """Two workers; the slow way knows one name: what is published now."""

    @initialize(published=st.none() | st.integers(0, 3))
    def start(self, published: int | None) -> None:
        self.cache, self.published = Cache(), None
        if published is not None:
            self.publish(published)
        self.workers = [self._worker() for _ in range(2)]
        self.held = [0 if published is None else published] * 2
        self.published = self.held[0]

    @rule(number=st.integers(0, 3))
    def publish(self, number: int) -> None:
        if not self.cache.away:
            answer(self.cache.publish(GRAPHS[number]))
            self.published = number

    @rule()
    def flush(self) -> None:
        self.cache.store, self.published = MemoryGraphStore(), None

    @rule()
    def go_away(self) -> None:
        self.cache.away = True

    @rule()
    def come_back(self) -> None:
        self.cache.away = False

    @rule(number=st.integers(0, 1))
    def look(self, number: int) -> None:
        """A worker takes over what is published; where nothing is, it publishes what it holds."""
        answer(self.workers[number].refresh())
        if self.cache.away:
            return
        if self.published is None:
            self.published = self.held[number]
        self.held[number] = self.published

    @rule(number=st.integers(0, 1))
    def begin_anew(self, number: int) -> None:
        if not self.cache.away:
            self.workers[number] = self._worker()
            self.published = self.held[number] = 0 if self.published is None else self.published

    @invariant()
    def each_worker_links_by_the_version_that_it_took_over(self) -> None:
        for worker, held in zip(getattr(self, "workers", ()), getattr(self, "held", ()), strict=True):
            snapshot = worker.current
            assert (snapshot.kg_version, worker.graph.version) == (GRAPHS[held].version,) * 2
            found = snapshot.linker.link([("title", " and ".join(NAMES))], ())
            assert {one.entity.name for one in found if one.entity} == set(NAMES[: held + 1])

    def _worker(self) -> SnapshotSource:
        source = SnapshotSource(self.cache, MemoryTelemetry(), build=lambda: GRAPHS[0], poll_seconds=1, compute=at_once)
        answer(source.start())
        return source


GraphVersions.TestCase.settings = settings(max_examples=20, stateful_step_count=15)
TestGraphVersions = GraphVersions.TestCase
