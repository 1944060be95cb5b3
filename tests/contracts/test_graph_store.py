"""What every graph store promises, in memory and on a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from stream_app.adapters.memory_graph import MemoryGraphStore
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.errors import DataError, ServerRejected, ServerUnavailable
from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.graph import Alias, AliasStyle, Cue, KnowledgeGraph, make_graph
from stream_app.pipeline.ports import GraphStore


def _exposed(entity: Entity) -> Dependence:
    passing = Transmission(1, 0.1)
    since = datetime(2014, 1, 1, tzinfo=UTC)
    kind = DependenceKind.EXPOSED_TO_COUNTRY
    return Dependence(entity.id, kind, "country:us", None, passing, 0.0, 120.0, "10-K", 0.8, valid_from=since)


def _graph(*names: str) -> KnowledgeGraph:
    entities = [Entity(f"company:{name.lower()}", EntityKind.COMPANY, name, ticker="T") for name in names]
    entities.append(Entity("country:us", EntityKind.COUNTRY, "United States", country="US"))
    return make_graph(
        entities,
        [Alias(entity.name, entity.id, AliasStyle.NAME, 0.9) for entity in entities],
        relations=[Relation(entity.id, RelationKind.IN_COUNTRY, "country:us") for entity in entities[:-1]],
        cues=[Cue("finance", "shares", 0.5)],
        dependences=[_exposed(entity) for entity in entities[:-1]],
    )


@pytest_asyncio.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, namespace: str) -> GraphStore:
    if request.param == "memory":
        return MemoryGraphStore()
    return RedisGraphStore(request.getfixturevalue("redis"), prefix=namespace)


async def test_an_empty_store_has_no_current_version(store: GraphStore) -> None:
    assert await store.current_version() is None


async def test_what_was_published_is_loaded_whole(store: GraphStore) -> None:
    graph = _graph("Apple", "Nestlé", "宁德时代")
    await store.publish(graph)
    assert await store.current_version() == graph.version
    assert await store.load(graph.version) == graph


async def test_the_last_published_version_is_current_also_when_it_is_an_old_one(store: GraphStore) -> None:
    first, second = _graph("Apple"), _graph("Apple", "Tesla")
    for graph in (first, second, first):
        await store.publish(graph)
    assert await store.current_version() == first.version
    assert await store.load(first.version) == first
    assert await store.load(second.version) == second


async def test_details_hold_what_the_version_has_and_nothing_else(store: GraphStore) -> None:
    graph = _graph("Apple", "Tesla")
    await store.publish(graph)
    for _ in range(2):  # the second time out of the process's own cache
        found = await store.details(graph.version, ["company:apple", "country:us", "company:nobody", "company:apple"])
        assert found == {entity.id: entity for entity in graph.entities if entity.id != "company:tesla"}
    assert await store.details(graph.version, []) == {}


async def test_details_keep_versions_apart(store: GraphStore) -> None:
    first, second = _graph("Apple"), _graph("Apple", "Tesla")
    await store.publish(first)
    await store.publish(second)
    old = await store.details(first.version, ["country:us"])
    new = await store.details(second.version, ["country:us"])
    assert (old["country:us"].degree, new["country:us"].degree) == (1, 2)


async def test_an_unknown_version_is_an_error_that_says_what_to_do(store: GraphStore) -> None:
    for wanted in (store.load("kg-000000000000"), store.details("kg-000000000000", ["company:apple"])):
        with pytest.raises(DataError, match=r"kg-000000000000.*kg load"):
            await wanted


async def test_redis_keeps_the_version_before_and_lets_older_ones_expire(redis: Redis, namespace: str) -> None:
    store = RedisGraphStore(redis, prefix=namespace)
    graphs = [_graph(*names) for names in (["A"], ["A", "B"], ["A", "B", "C"])]
    for graph in graphs:
        await store.publish(graph)
    lives = [await redis.ttl(f"{namespace}kg:{graph.version}:graph") for graph in graphs]
    assert 0 < lives[0] <= 3600
    assert lives[1:] == [-1, -1]
    await store.publish(graphs[0])
    assert await redis.ttl(f"{namespace}kg:{graphs[0].version}:entities") == -1


async def test_a_reader_never_meets_a_current_version_that_is_not_there_yet(redis: Redis, namespace: str) -> None:
    store = RedisGraphStore(redis, prefix=namespace)
    seen = []
    for names in (["A"], ["A", "B"], ["A", "B", "C"], ["A", "B", "C", "D"]):
        await store.publish(_graph(*names))
        version = await store.current_version()
        assert version is not None
        seen.append(len((await store.load(version)).entities))
    assert seen == [2, 3, 4, 5]


@pytest.mark.parametrize("damage", [b"", b"not gzip", b'{"kg_version": "kg-1"}'])
async def test_a_damaged_graph_is_a_data_error(redis: Redis, namespace: str, damage: bytes) -> None:
    store = RedisGraphStore(redis, prefix=namespace)
    graph = _graph("Apple")
    await store.publish(graph)
    await redis.set(f"{namespace}kg:{graph.version}:graph", damage)
    with pytest.raises(DataError, match=r"kg load|kg build"):
        await store.load(graph.version)


async def test_after_a_flush_the_store_is_empty_and_takes_the_graph_again(redis: Redis, namespace: str) -> None:
    store = RedisGraphStore(redis, prefix=namespace)
    graph = _graph("Apple")
    await store.publish(graph)
    for key in await redis.keys(f"{namespace}*"):
        await redis.delete(key)
    assert await store.current_version() is None
    await store.publish(graph)
    assert await store.load(graph.version) == graph


async def test_a_server_that_is_away_is_unavailable() -> None:
    store = RedisGraphStore(Redis.from_url("redis://127.0.0.1:1/0"), prefix="")
    with pytest.raises(ServerUnavailable, match="STREAM_APP_REDIS_URL"):
        await store.current_version()


async def test_a_refused_command_is_a_rejection(redis: Redis, namespace: str) -> None:
    await redis.lpush(f"{namespace}kg:current", "not a string")
    with pytest.raises(ServerRejected, match="WRONGTYPE"):
        await RedisGraphStore(redis, prefix=namespace).current_version()
