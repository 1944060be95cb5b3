"""The graph store in memory: what tests, one-text scoring and replay without servers use."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from stream_app.errors import DataError
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph

_KEPT_VERSIONS = 2


class MemoryGraphStore:
    """Keeps the current graph and the one before it, as `RedisGraphStore` does."""

    def __init__(self) -> None:
        self._graphs: dict[str, KnowledgeGraph] = {}

    async def publish(self, graph: KnowledgeGraph) -> None:
        """Make the graph the current one."""
        self._graphs.pop(graph.version, None)
        self._graphs[graph.version] = graph
        for version in list(self._graphs)[:-_KEPT_VERSIONS]:
            del self._graphs[version]

    async def current_version(self) -> str | None:
        """Return the version that was published last, or None."""
        return next(reversed(self._graphs), None)

    async def load(self, version: str) -> KnowledgeGraph:
        """Return the graph of that version."""
        graph = self._graphs.get(version)
        if graph is None:
            raise DataError(f"the graph store has no version {version}: run `stream-app kg load`")
        return graph

    async def details(self, version: str, ids: Collection[str]) -> Mapping[str, Entity]:
        """Return the entities of these ids that the version has."""
        graph = await self.load(version)
        wanted = set(ids)
        return {entity.id: entity for entity in graph.entities if entity.id in wanted}
