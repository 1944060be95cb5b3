"""What every seen store promises, in memory and on a real server."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from stream_app.adapters.degrading_seen import DegradingSeenStore
from stream_app.adapters.memory_seen import MemorySeenStore
from stream_app.adapters.redis_seen import KEPT, RedisSeenStore
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.embedded.ports import free_port
from stream_app.errors import ServerUnavailable
from stream_app.pipeline.novelty import MOST_MEMBERS, MOST_STORIES_OF_SLOT, Query, Recollection, Sighting
from stream_app.pipeline.ports import SeenStore
from stream_app.pipeline.stories import Judgement, judge
from stream_app.pipeline.story_book import StoryBook
from tests.factories import HEADLINE, START, hours, minutes, query

VERSIONS = ("model-1", "kg-1")
TEXTS = (HEADLINE, f"RT @wire: {HEADLINE}", "Boeing cuts its outlook after weak demand", "宁德时代宣布回购股份", "🚀")
QUERIES = st.lists(
    st.builds(
        query,
        document_id=st.sampled_from([f"doc-{number}" for number in range(9)]),
        title=st.sampled_from(TEXTS),
        body=st.sampled_from(["", "Analysts had expected less of the quarter, and said so."]),
        entities=st.sampled_from(
            [frozenset(), frozenset({"company:apple"}), frozenset({"country:us", "company:宁德"})]
        ),
        published_at=st.integers(0, 10 * 24).map(lambda step: START + hours(step)),
    ),
    max_size=16,
)


@pytest_asyncio.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, namespace: str) -> SeenStore:
    if request.param == "memory":
        return MemorySeenStore()
    return RedisSeenStore(request.getfixturevalue("redis"), prefix=namespace)


async def told(store: SeenStore, queries: Sequence[Query]) -> list[Judgement]:
    """Judge the documents as one batch, and remember them."""
    book = StoryBook.of(await store.recall(queries))
    judgements: list[Judgement] = []
    for one in queries:
        judgements.append(judge(one, book, VERSIONS))
        if judgements[-1].sighting:
            book.add(judgements[-1].sighting)
    await store.mark(sightings_of(judgements))
    return judgements


def sightings_of(judgements: Sequence[Judgement]) -> list[Sighting]:
    return [one.sighting for one in judgements if one.sighting]


async def test_empty_store_remembers_nothing(store: SeenStore) -> None:
    found = await store.recall([query()])
    assert found == Recollection({}, {}, {}, {})
    await store.mark([])


async def test_what_was_marked_is_recalled_whole(store: SeenStore) -> None:
    body = "A body with 5 figures and Q2 in it, long enough to have a lead of its own."
    judgements = await told(store, [query("a", body=body), query("b", published_at=START + minutes(90.5))])
    found = await store.recall([query("a"), query("b")])
    assert found.seen == {"a": judgements[0].seen, "b": judgements[1].seen}
    marked = sightings_of(judgements)
    founded = marked[0].founded
    assert founded is not None
    (recalled,) = found.stories.values()
    assert (recalled.id, recalled.published_at, recalled.entities) == (founded.id, START, founded.entities)
    for part in ("whole", "lead", "marks"):
        assert getattr(recalled.fingerprint, part) == getattr(founded.fingerprint, part)
    assert found.members == {founded.id: tuple(one.member for one in marked)}


async def test_marking_again_changes_nothing(store: SeenStore) -> None:
    judgements = await told(store, [query("a"), query("b")])
    before = await store.recall([query("c")])
    await store.mark(sightings_of(judgements))
    other = await told(store, [query("x", title="Boeing cuts its outlook")])
    await store.mark([Sighting("a", other[0].seen, sightings_of(other)[0].member, None)])
    assert await store.recall([query("c")]) == before
    assert (await store.recall([query("a")])).seen["a"] == judgements[0].seen


async def test_story_and_slot_are_bounded(store: SeenStore) -> None:
    variants = [query(f"v{number}", f"Apple shares trade at {number} dollars") for number in range(50)]
    await told(store, variants)
    repeats = [query(f"r{number}", published_at=START + minutes(number / 60)) for number in range(MOST_MEMBERS + 50)]
    last = (await told(store, repeats))[-1]
    found = await store.recall([*variants, repeats[0]])
    assert max(map(len, found.slots.values())) == MOST_STORIES_OF_SLOT
    assert len(found.members[last.seen.story_id]) == MOST_MEMBERS
    assert found.members[last.seen.story_id][-1].repeats == last.seen.repeats == MOST_MEMBERS + 49


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(QUERIES, st.lists(st.integers(1, 7), min_size=16, max_size=16))
async def test_every_store_and_every_batching_says_the_same(
    redis: Redis, queries: list[Query], sizes: list[int]
) -> None:
    expected = await told(MemorySeenStore(), queries)
    for store in (MemorySeenStore(), RedisSeenStore(redis, prefix=f"test-{uuid.uuid4().hex}.")):
        said: list[Judgement] = []
        for size in sizes:
            said += await told(store, queries[len(said) : len(said) + size])
        assert [one.seen for one in said] == [one.seen for one in expected]
        assert [one.known for one in said] == [one.known for one in expected]


async def test_every_key_in_redis_goes_by_itself(redis: Redis, namespace: str) -> None:
    store = RedisSeenStore(redis, prefix=namespace)
    await told(store, [query("a"), query("b"), query("c", title="Boeing cuts its outlook")])
    lives = [await redis.ttl(key) async for key in redis.scan_iter(f"{namespace}*")]
    assert lives
    assert all(0 < seconds <= KEPT.total_seconds() for seconds in lives)


async def test_flushed_store_begins_anew(redis: Redis, namespace: str) -> None:
    store = RedisSeenStore(redis, prefix=namespace)
    await told(store, [query("a")])
    await redis.delete(*[key async for key in redis.scan_iter(f"{namespace}*")])
    (again,) = await told(store, [query("b")])
    assert (again.novelty, again.known) == (1.0, False)


async def test_server_that_is_away_is_said_to_be() -> None:
    client: Redis = Redis.from_url(f"redis://127.0.0.1:{free_port()}")
    store = RedisSeenStore(client, prefix="away.")
    with pytest.raises(ServerUnavailable, match="does not answer"):
        await store.recall([query()])
    with pytest.raises(ServerUnavailable, match="does not answer"):
        await store.mark(sightings_of(await told(MemorySeenStore(), [query()])))
    await client.aclose()


class _Switched:
    """A store that can be switched off."""

    def __init__(self, store: SeenStore) -> None:
        self.store, self.on, self.calls = store, True, 0

    async def recall(self, queries: Sequence[Query]) -> object:
        self._check()
        return await self.store.recall(queries)

    async def mark(self, sightings: Sequence[Sighting]) -> None:
        self._check()
        await self.store.mark(sightings)

    def _check(self) -> None:
        self.calls += 1
        if not self.on:
            raise ServerUnavailable("switched off")


def degrading(primary: object, telemetry: MemoryTelemetry, *, pause_seconds: float = 0.0) -> DegradingSeenStore:
    return DegradingSeenStore(primary, telemetry, pause_seconds=pause_seconds)  # type: ignore[arg-type]


async def test_novelty_goes_on_from_memory_and_is_caught_up_on(store: SeenStore) -> None:
    primary, telemetry = _Switched(store), MemoryTelemetry()
    lasting = degrading(primary, telemetry)
    repeats = [query(f"doc-{number}") for number in range(6)]
    await told(lasting, repeats[:2])
    primary.on = False
    assert [one.seen.repeats for one in await told(lasting, repeats[2:4])] == [2, 3]
    assert telemetry.gauges["stream_app_seen_store_away"] == 1
    primary.on = True
    assert [one.seen.repeats for one in await told(lasting, repeats[4:])] == [4, 5]
    assert telemetry.gauges["stream_app_seen_store_away"] == 0
    assert set((await store.recall(repeats)).seen) == {one.document_id for one in repeats}


async def test_primary_that_is_away_is_left_alone_for_a_while() -> None:
    primary = _Switched(MemorySeenStore())
    primary.on = False
    lasting = degrading(primary, MemoryTelemetry(), pause_seconds=60)
    for number in range(5):
        await told(lasting, [query(f"doc-{number}")])
    assert primary.calls == 1


class _Frozen(MemorySeenStore):
    """A store that never answers."""

    async def recall(self, queries: Sequence[Query]) -> Recollection:
        await asyncio.Event().wait()
        return await super().recall(queries)


async def test_primary_that_does_not_answer_is_given_up_on_in_time() -> None:
    telemetry = MemoryTelemetry()
    lasting = DegradingSeenStore(_Frozen(), telemetry, patience_seconds=0.01)
    assert [one.seen.repeats for one in await told(lasting, [query("a"), query("b")])] == [0, 1]
    assert telemetry.gauges["stream_app_seen_store_away"] == 1


async def test_bounded_memory_forgets_what_came_first() -> None:
    store = MemorySeenStore(most_documents=3)
    await told(
        store, [query(f"doc-{number}", title=f"Story {number} of company{number} begins") for number in range(5)]
    )
    found = await store.recall([query(f"doc-{number}") for number in range(5)])
    assert sorted(found.seen) == ["doc-2", "doc-3", "doc-4"]
