"""The knowledge graph in Redis: versions side by side, and one key that says which of them is current.

Redis is a cache: what was flushed is published again by any worker that still holds the graph.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Collection, Mapping
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from stream_app.adapters.redis_errors import redis_errors
from stream_app.errors import DataError
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.files import from_bytes, to_bytes
from stream_app.knowledge.graph import KnowledgeGraph, entity_from

_KEPT_VERSIONS = 2
_OLD_VERSION_SECONDS = 3600
_ENTITIES_A_COMMAND = 500
_CACHED_ENTITIES = 8192


class RedisGraphStore:
    """Publishes graphs and answers lookups; entities that were looked up lately stay in the process."""

    def __init__(self, redis: Redis, *, prefix: str) -> None:
        self._redis = redis
        self._current = f"{prefix}kg:current"
        self._versions = f"{prefix}kg:versions"
        self._prefix = prefix
        self._cache: OrderedDict[tuple[str, str], Entity] = OrderedDict()

    async def publish(self, graph: KnowledgeGraph) -> None:
        """Write the graph under its version, then switch to it in one step.

        The version before stays, for workers that have not switched yet; older ones go within the hour.
        """
        data, entities = self._keys(graph.version)
        with redis_errors():
            async with self._redis.pipeline(transaction=False) as write:
                write.persist(entities)
                write.set(data, to_bytes(graph))
                for start in range(0, len(graph.entities), _ENTITIES_A_COMMAND):
                    some = graph.entities[start : start + _ENTITIES_A_COMMAND]
                    write.hset(entities, mapping={entity.id: _to_json(entity) for entity in some})
                await write.execute()
            await self._switch(graph.version)

    async def _switch(self, version: str) -> None:
        async with self._redis.pipeline(transaction=True) as switch:
            switch.set(self._current, version)
            switch.lrem(self._versions, 0, version)
            switch.lpush(self._versions, version)
            switch.lrange(self._versions, _KEPT_VERSIONS, -1)
            switch.ltrim(self._versions, 0, _KEPT_VERSIONS - 1)
            *_, superseded, _ = await switch.execute()
        async with self._redis.pipeline(transaction=False) as expire:
            for old in superseded:
                for key in self._keys(bytes(old).decode()):
                    expire.expire(key, _OLD_VERSION_SECONDS)
            await expire.execute()

    async def current_version(self) -> str | None:
        """Return the version that was published last, or None."""
        with redis_errors():
            version = cast("bytes | None", await self._redis.get(self._current))
        return version.decode() if version else None

    async def load(self, version: str) -> KnowledgeGraph:
        """Return the graph of that version."""
        key, _ = self._keys(version)
        with redis_errors():
            data = cast("bytes | None", await self._redis.get(key))
        if data is None:
            raise DataError(f"Redis has no knowledge graph {version} under {key}: run `stream-app kg load`")
        return from_bytes(data, f"{key} in Redis")

    async def details(self, version: str, ids: Collection[str]) -> Mapping[str, Entity]:
        """Return the entities of these ids that the version has, in one round trip for those not looked up lately."""
        found = {key: entity for key in ids if (entity := self._recall(version, key)) is not None}
        missing = [key for key in dict.fromkeys(ids) if key not in found]
        if missing:
            for key, entity in (await self._fetch(version, missing)).items():
                found[key] = entity
                self._remember(version, key, entity)
        return found

    async def _fetch(self, version: str, ids: list[str]) -> dict[str, Entity]:
        _, key = self._keys(version)
        with redis_errors():
            async with self._redis.pipeline(transaction=False) as read:
                read.exists(key)
                read.hmget(key, ids)
                there, values = await cast("Awaitable[list[Any]]", read.execute())
        if not there:
            raise DataError(f"Redis has no knowledge graph {version} under {key}: run `stream-app kg load`")
        try:
            return {one: entity_from(orjson.loads(value)) for one, value in zip(ids, values, strict=True) if value}
        except (ValueError, TypeError, KeyError) as error:
            raise DataError(f"{key} in Redis is damaged ({error}): run `stream-app kg load`") from error

    def _recall(self, version: str, key: str) -> Entity | None:
        entity = self._cache.get((version, key))
        if entity is not None:
            self._cache.move_to_end((version, key))
        return entity

    def _remember(self, version: str, key: str, entity: Entity) -> None:
        self._cache[version, key] = entity
        if len(self._cache) > _CACHED_ENTITIES:
            self._cache.popitem(last=False)

    def _keys(self, version: str) -> tuple[str, str]:
        return f"{self._prefix}kg:{version}:graph", f"{self._prefix}kg:{version}:entities"


def _to_json(entity: Entity) -> bytes:
    return orjson.dumps({name: getattr(entity, name) for name in Entity.__slots__})
