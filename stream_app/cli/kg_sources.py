"""Where the commands of the knowledge graph find a graph: in a file, in Redis, or built now; and entities in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from stream_app.adapters.connections import redis_client
from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.cli.output import progress
from stream_app.cli.target import settings_in_use
from stream_app.errors import ConfigurationError, DataError, ServerUnavailable
from stream_app.knowledge.build import STEPS
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.files import from_bytes
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.search import find_entities, near_names

_Result = TypeVar("_Result")
VERSION_PREFIX = "kg-"
BUILT = "built"
"""What names the graph that the installed sources make, where a version or file is asked for."""


async def publish_graph(store: RedisGraphStore, graph: KnowledgeGraph) -> str | None:
    """Publish the graph; return the version that was current before."""
    before = await store.current_version()
    await store.publish(graph)
    return before


def with_store(use: Callable[[RedisGraphStore], Awaitable[_Result]]) -> _Result:
    """Return what `use` returns of the configured Redis."""
    return asyncio.run(_with_store(use))


async def _with_store(use: Callable[[RedisGraphStore], Awaitable[_Result]]) -> _Result:
    settings = settings_in_use()
    if settings.redis_url is None:
        raise ServerUnavailable(
            f"no Redis is configured and no `stream-app up` runs with state folder {settings.state_dir}: "
            "set STREAM_APP_REDIS_URL, or run `stream-app up`"
        )
    client = redis_client(settings.redis_url.get_secret_value(), ca_file=settings.redis_ca_file)
    try:
        return await use(RedisGraphStore(client, prefix=settings.redis_prefix))
    finally:
        await client.aclose()


def graph_in_use(file: Path | None) -> KnowledgeGraph:
    """Return the graph of that file, else the one that workers use, else the one that is built now."""
    if file is not None:
        return read_graph(file)
    published = with_store(_load_current) if settings_in_use().redis_url is not None else None
    return published or built_graph()


async def _load_current(store: RedisGraphStore) -> KnowledgeGraph | None:
    version = await store.current_version()
    return await store.load(version) if version else None


def graph_named(name: str) -> KnowledgeGraph:
    """Return the graph that `built`, a published version or a file's path names."""
    if name == BUILT:
        return built_graph()
    if name.startswith(VERSION_PREFIX) and not Path(name).exists():
        return with_store(lambda store: store.load(name))
    return read_graph(Path(name))


def built_graph() -> KnowledgeGraph:
    """Return the graph that the installed sources make."""
    with progress() as display:
        task = display.add_task("building", total=len(STEPS))

        def report(step: str) -> None:
            display.update(task, description=step, completed=STEPS.index(step))

        return installed_graph(report)


def read_graph(file: Path) -> KnowledgeGraph:
    """Return the graph of a file of `kg build`."""
    try:
        return from_bytes(file.read_bytes(), str(file))
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}): write one by `stream-app kg build`") from error


def entities_named(graph: KnowledgeGraph, name: str) -> list[Entity]:
    """Return the entities of that id, ticker or name, the likeliest first; DataError with near names where none is."""
    if not name.strip():
        raise ConfigurationError("the name of the entity is empty")
    found = find_entities(graph, name)
    if found:
        return found
    near = ", ".join(near_names(graph, name))
    advice = f"did you mean {near}?" if near else "check its spelling, or ask by id or ticker"
    raise DataError(f"the graph {graph.version} has no {name!r}: {advice}")
