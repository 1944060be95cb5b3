"""The whole path in memory: what comes out depends on the records alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stream_app.adapters.memory_model import MemoryModel
from stream_app.errors import DeadLetterLimitExceeded
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record
from stream_app.pipeline.rows import ModelRow, RowResult
from tests.factories import START, raw_document, record
from tests.feeds import values
from tests.unit.agents.world import World


def _feed(count: int) -> list[Record]:
    """Return documents of which every tenth tells what the one before it tells."""
    fed = [record(value, offset=offset) for offset, value in enumerate(values(count))]
    for offset in range(9, count, 10):
        told = json.loads(fed[offset - 1].value or b"")
        fed[offset] = record(json.dumps(told | {"id": f"again-{offset}"}).encode(), offset=offset)
    return fed


async def test_the_same_documents_in_batches_of_1_7_and_64_give_the_same_events_to_the_byte() -> None:
    found = []
    for batch in (1, 7, 64):
        world = World()
        await world.run(_feed(500), batch=batch)
        found.append([(message.key, message.value) for message in world.ports.log.topics["sentiment.events"]])
    assert found[0] == found[1] == found[2]
    assert any(json.loads(value)["novelty"] < 1 for _, value in found[0])


async def test_text_full_of_one_name_gives_events_that_kafka_takes() -> None:
    world = World()
    await world.run(
        [record(body="Apple " * 40_000), record(offset=1, id="symbols", symbols=["AAPL"] * 30_000)], batch=2
    )
    sent = world.ports.log.topics["sentiment.events"]
    assert len(sent) >= 2
    assert all(len(message.value or b"") < 500_000 for message in sent)


async def test_batch_of_long_documents_is_seen_to_get_on_before_it_is_finished() -> None:
    """Else a worker with a backlog of transcripts was taken for stalled, and began the same batch again, for ever."""
    world = World()
    worker = await world.worker()
    send, seen = world.ports.send, []

    async def sent(messages: Sequence[Message]) -> None:
        seen.append((len(messages), worker.advanced()))
        await send(messages)

    world.ports.send = sent  # type: ignore[method-assign]
    await worker.handle([record(id=f"doc-{place}", offset=place, body="x " * 30_000) for place in range(6)])
    events = 2 * 2  # of two companies in the title of each of two documents
    assert seen == [(events, set()), (events, {("news.raw", 0)}), (events, {("news.raw", 0)})]
    assert (worker.advanced(), worker.advanced()) == ({("news.raw", 0)}, set())


async def test_document_that_comes_twice_gives_the_same_events() -> None:
    world = World()
    await world.run([*_feed(20), *_feed(20)], batch=8)
    assert len(world.ports.log.topics["sentiment.events"]) == 2 * len(world.events())


async def test_events_are_keyed_by_their_entity_and_fit_the_contract() -> None:
    world = World()
    await world.run(_feed(5), batch=5)
    for message in world.ports.log.topics["sentiment.events"]:
        event = SentimentEvent.model_validate_json(message.value or b"")
        assert event.entity is not None
        assert message.key == event.entity.id.encode()
        assert event.polarity is not None


async def test_document_without_a_known_entity_gives_one_event_without_key() -> None:
    world = World()
    await world.run([record(title="Nothing much happened anywhere today")], batch=1)
    (message,) = world.ports.log.topics["sentiment.events"]
    event = SentimentEvent.model_validate_json(message.value or b"")
    assert (message.key, event.entity, event.polarity, event.entity_count) == (None, None, None, 0)
    assert event.document_sentiment is not None


async def test_most_of_a_stretch_invalid_stops_the_worker_after_its_dead_letters_are_out() -> None:
    world = World(limit=DeadLetterLimit(stretch=10, share=0.5))
    worker = await world.worker()
    bad = [record(b"{", offset=offset) for offset in range(10)]
    with pytest.raises(DeadLetterLimitExceeded, match=r"last 10 records of news\.raw were invalid"):
        await worker.handle(bad)
    assert len(world.dead_letters()) == 10


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
SURROGATES = st.text(st.characters(categories=["Cs", "L", "N"]), max_size=30)
TIMES = st.one_of(
    st.datetimes().map(str),
    st.sampled_from(["2999-01-01T00:00:00Z", "0000-00-00", "now", "", "1e400", START.isoformat()]),
    JSON,
)
FIELDS = ["id", "title", "body", "source", "lang", "symbols", "author", "engagement", "media", "published_at", "url"]
DOCUMENTS = st.builds(
    lambda changes: raw_document(**changes),
    st.dictionaries(st.sampled_from(FIELDS), JSON | SURROGATES | TIMES, max_size=4),
)
VALUES = st.one_of(
    st.none(),
    st.binary(max_size=200),
    st.builds(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"), DOCUMENTS | JSON),
    st.builds(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), DOCUMENTS),
    st.builds(
        lambda text, times: json.dumps(raw_document(body=text * times)).encode(), st.text(min_size=1), st.just(9_999)
    ),
    st.integers(1, 5_000).map(lambda depth: b"[" * depth + b"]" * depth),
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(value=VALUES)
async def test_any_input_becomes_events_or_one_dead_letter_with_a_reason(value: bytes | None) -> None:
    world = World()
    fuzzed = Record("news.raw", 0, 1, None, value, record().received_at)
    await world.run([record(offset=0, id="before"), fuzzed], batch=2)
    others = world.events_of_documents().keys() - {"before"}
    letters = world.dead_letters()
    assert world.crashes == 0
    assert len(others) + len(letters) == 1 or (not letters and b'"before"' in (value or b""))
    for letter in letters.values():
        assert letter["message"]
        assert letter["error_kind"] != "processing_failed", letter["message"]


class Promoting(MemoryModel):
    """Has another version promoted as soon as it is asked for the first rows of a batch."""

    def __init__(self, version: str, promote: Callable[[], None]) -> None:
        super().__init__(version)
        self._promote = promote

    async def infer(self, rows: Sequence[ModelRow]) -> list[RowResult]:
        self._promote()
        return await super().infer(rows)


async def test_batch_during_which_another_version_is_promoted_is_scored_by_one_version() -> None:
    world, versions = World(), (f"fusion-{number}" for number in count(2))

    def promote() -> None:
        world.model = Promoting(next(versions), promote)

    world.model = Promoting("first", promote)
    records = _feed(400)
    await world.run(records[:390], batch=390)
    await world.run(records[390:], batch=10)
    found = [event["model_version"] for event in world.events().values()]
    documents = {event["document_id"]: event["model_version"] for event in world.events().values()}
    assert set(found) == set(documents.values()) > {"first"}
    assert [documents[json.loads(one.value or b"")["id"]] for one in records[:390]] == ["first"] * 390
    assert "first" not in {documents[json.loads(one.value or b"")["id"]] for one in records[390:]}
