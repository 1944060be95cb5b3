"""The graph snapshot that batches are linked with: follows the published version without a restart.

Redis is a cache: what was flushed from it is published again from the graph that this worker holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from functools import partial

import structlog

from stream_app.errors import DataError, StreamAppError
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.isolation import Compute
from stream_app.pipeline.ports import GraphStore, Telemetry
from stream_app.pipeline.snapshot import Snapshot

_log = structlog.get_logger(__name__)


class SnapshotSource:
    """Holds the current snapshot. A batch takes it once, so that all of a batch sees one version."""

    def __init__(
        self,
        store: GraphStore,
        telemetry: Telemetry,
        *,
        build: Callable[[], KnowledgeGraph],
        poll_seconds: float,
        compute: Compute = asyncio.to_thread,
        links: bool = True,
    ) -> None:
        """`build` gives a graph where none was ever published; without `links` there is a graph, but no snapshot."""
        self._store = store
        self._telemetry = telemetry
        self._build = build
        self._poll_seconds, self._compute, self._links = poll_seconds, compute, links
        self._graph: KnowledgeGraph | None = None
        self._snapshot: Snapshot | None = None
        self._store_away = False
        self._is_lacking = False  # the store says that a version is current of which it has lost a part

    @property
    def current(self) -> Snapshot:
        """The snapshot to link the next batch with."""
        if self._snapshot is None:
            raise RuntimeError("start() comes first")
        return self._snapshot

    @property
    def graph(self) -> KnowledgeGraph:
        """The graph of the current snapshot."""
        if self._graph is None:
            raise RuntimeError("start() comes first")
        return self._graph

    async def start(self) -> None:
        """Load the published graph, or build and publish one; the store may be away."""
        await self.refresh()
        if self._graph is None:
            await self._adopt(await self._compute(self._build))
            await self.refresh()

    async def follow(self) -> None:
        """Look for a newer version for ever."""
        while True:
            await asyncio.sleep(self._poll_seconds)
            await self.refresh()

    async def refresh(self) -> None:
        """Adopt the published version if it is another; go on with the held one where the store is away."""
        try:
            await self._follow_store()
        except StreamAppError as error:
            self._note_away(error)
        else:
            if self._store_away:
                _log.info("the graph store is back")
            self._store_away = False

    async def details(self, kg_version: str, ids: Collection[str]) -> Mapping[str, Entity]:
        """Return the store's entities of these ids; none while the store is away, until `refresh` finds it back."""
        if self._store_away or not ids:
            return {}
        try:
            return await self._store.details(kg_version, ids)
        except DataError as error:
            self._is_lacking = True
            self._note_away(error)
        except StreamAppError as error:
            self._note_away(error)
        return {}

    def _note_away(self, error: StreamAppError) -> None:
        self._telemetry.count("stream_app_graph_store_errors_total")
        if not self._store_away:
            _log.warning("the graph store is away: linking goes on with the held graph", error=str(error))
        self._store_away = True

    async def _follow_store(self) -> None:
        version = await self._store.current_version()
        held = self._graph
        if held is not None and (version is None or (version == held.version and self._is_lacking)):
            _log.info("publishing the held graph", kg_version=held.version)
            await self._store.publish(held)
            self._is_lacking = False
        elif version is not None and (self._graph is None or version != self._graph.version):
            await self._adopt(await self._store.load(version))

    async def _adopt(self, graph: KnowledgeGraph) -> None:
        linker = await self._compute(partial(Linker, graph)) if self._links else None
        self._graph, self._snapshot = graph, Snapshot(graph.version, linker) if linker else None
        self._telemetry.count("stream_app_graph_adoptions_total", kg_version=graph.version)
        _log.info("the knowledge graph is loaded", kg_version=graph.version, entities=len(graph.entities))
