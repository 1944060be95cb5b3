"""What a replay decides of novelty: what a live stream says of the documents one after the other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.adapters.seen_json import seen_from_json, seen_to_json
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.records import Emitted, Record
from stream_app.replay.settling import KEPT, Settler
from tests.factories import START, minutes, record
from tests.unit.pipeline.flow_path import SNAPSHOT, Path

TITLES = (
    "Apple raises its outlook after strong demand while Boeing slumps",
    "RT @wire: Apple raises its outlook after strong demand while Boeing slumps",
    "Apple raises outlook after strong demand, Boeing slumps",
    "Nvidia and Microsoft agree on a contract",
    "Nvidia and Microsoft agree on a large contract",
    "Nothing that anybody knows is named here",
)
told = st.lists(st.tuples(st.sampled_from(TITLES), st.integers(0, 12_000), st.integers(0, 30)), max_size=25)


def records_of(drawn: Sequence[tuple[str, int, int]]) -> list[Record]:
    """Return records by event time; some bring a document again."""
    ordered = sorted(drawn, key=lambda one: one[1])
    return [
        record(id=f"doc-{number}", title=title, published_at=(START - minutes(12_000 - at)).isoformat(), offset=place)
        for place, (title, at, number) in enumerate(ordered)
    ]


def settled(records: Sequence[Record]) -> list[Record]:
    settler = Settler(SNAPSHOT, model_version="memory")
    found = [settler.settle(one) for one in records]
    seen = [one and one.seen for one in found]
    assert all(one is None or seen_from_json(seen_to_json(one)) == one for one in seen)
    return [replace(one, settled=of) for one, of in zip(records, seen, strict=True)]


async def events_of(path: Path, records: Sequence[Record], size: int) -> dict[str, SentimentEvent]:
    results = await path.in_batches(records, size)
    return {event.event_id: event for one in results if isinstance(one, Emitted) for event in one.events}


@settings(max_examples=15)
@given(told, st.integers(1, 9), st.randoms(use_true_random=False))
async def test_neither_order_nor_batches_change_a_settled_record_and_it_says_what_a_live_stream_says(
    drawn: list[tuple[str, int, int]], size: int, chance: random.Random
) -> None:
    records = settled(records_of(drawn))
    live = await events_of(Path(), records_of(drawn), 1)
    shuffled = list(records)
    chance.shuffle(shuffled)
    replayed = await events_of(Path(), shuffled, size)
    first = {event.document_id: event for event in live.values()}
    assert {event.document_id for event in replayed.values()} == first.keys()
    for event in replayed.values():
        judged = first[event.document_id]
        assert (event.novelty, event.story_id) == (judged.novelty, judged.story_id)


async def test_settled_records_ask_and_tell_the_store_nothing() -> None:
    path = Path()
    await path.in_batches(settled(records_of([(TITLES[0], 0, 0), (TITLES[1], 5, 1)])), 2)
    assert not (await path.seen.recall([])).seen
    assert len(path.seen._book) == 0  # noqa: SLF001  (nothing public tells that it is empty)


def test_record_without_a_document_is_left_for_the_worker_to_reject() -> None:
    assert Settler(SNAPSHOT, model_version="memory").settle(record(b"not JSON")) is None


@pytest.mark.parametrize("days", [1, 30])
def test_memory_follows_a_week_of_event_time_not_the_length_of_the_history(days: int) -> None:
    settler = Settler(SNAPSHOT, model_version="memory")
    begin = START - timedelta(days=40)
    for number in range(days * 10):
        moment = begin + number * timedelta(days=0.1)
        settler.settle(record(id=f"doc-{number}", title=f"Apple story {number}", published_at=moment.isoformat()))
    held = len(settler._book)  # noqa: SLF001  (what it holds is the claim)
    assert held <= KEPT / timedelta(days=0.1) + 1
