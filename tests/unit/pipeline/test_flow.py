"""The whole path in memory: every record has one outcome, and neither batches nor bugs change what others get."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.events.dead_letter import ErrorKind
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.flow import Processed
from stream_app.pipeline.records import Emitted, Record, Rejection, Suppressed
from tests.factories import RECEIVED, START, minutes, record
from tests.unit.pipeline.flow_path import SNAPSHOT, TRIPS, Path, reader_of


def events_of(processed: Processed) -> list[list[SentimentEvent]]:
    return [list(one.result.events) if isinstance(one.result, Emitted) else [] for one in processed.outcomes]


def mixed_records() -> list[Record]:
    """Return good documents, repeats of some, a Chinese one, one that trips a bug, and bad records."""
    titles = [
        "Apple raises its outlook after strong demand while Boeing slumps",
        "Nvidia and Microsoft agree on a contract",
        "RT @wire: Apple raises its outlook after strong demand while Boeing slumps https://t.co/x",
        "Nothing that anybody knows is named here",
        "宁德时代宣布回购股份，Apple 上涨",
        f"This document {TRIPS}",
        "Apple raises outlook after strong demand, Boeing slumps",
        "Nvidia and Microsoft agree on a contract",
    ]
    good = [
        record(id=f"doc-{number % 7}", title=title, published_at=(START + minutes(number)).isoformat(), offset=number)
        for number, title in enumerate(titles)
    ]
    bad = [record(b"not JSON", offset=8), record(title=" ", offset=9), record(published_at="soon", offset=10)]
    return [good[0], bad[0], *good[1:4], bad[1], *good[4:], bad[2]]


async def test_every_record_has_exactly_one_outcome_in_order() -> None:
    records = mixed_records()
    processed = await Path().process(records)
    assert [one.record for one in processed.outcomes] == records
    kinds = [type(one.result) for one in processed.outcomes]
    assert (kinds.count(Emitted), kinds.count(Rejection)) == (7, 4)


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_batches_of_any_size_give_the_same_to_the_byte(size: int) -> None:
    whole = await Path().in_batches(mixed_records(), 64)
    assert await Path().in_batches(mixed_records(), size) == whole


async def test_repeats_share_their_story_and_are_less_new() -> None:
    events = [one for one in events_of(await Path().process(mixed_records())) if one]
    by_document = {of[0].document_id: of[0] for of in events}
    first, second, third = (by_document[f"doc-{number}"] for number in (0, 2, 6))
    assert first.story_id == second.story_id == third.story_id
    assert [one.novelty for one in (first, second, third)] == [1.0, 0.75, 0.5625]
    assert third.story_counts.h12 == 2
    assert by_document["doc-1"].story_id != first.story_id


async def test_document_that_trips_a_bug_is_rejected_alone_and_not_remembered() -> None:
    path = Path()
    processed = await path.process(mixed_records())
    failed = [
        one
        for one in processed.outcomes
        if isinstance(one.result, Rejection) and one.result.kind is ErrorKind.PROCESSING_FAILED
    ]
    assert [json.loads(one.record.value or b"")["title"] for one in failed] == [f"This document {TRIPS}"]
    assert "doc-5" not in {sighting.document_id for sighting in processed.sightings}


async def test_unread_language_keeps_its_entities_without_scores() -> None:
    processed = await Path().process([record(title="宁德时代宣布回购股份，Apple 上涨")])
    ((event,),) = events_of(processed)
    assert event.entity is not None
    assert event.polarity is None
    assert event.unscored == "language zh is not read by model memory"


async def test_document_that_comes_twice_gives_the_same_events() -> None:
    path = Path()
    first = await path.process(mixed_records())
    await path.process([record(id="other", offset=50)])
    again = await path.process(mixed_records())
    assert events_of(again) == events_of(first)
    assert not again.sightings


async def test_repeats_are_suppressed_where_that_is_wanted_and_only_then() -> None:
    path = Path(suppress=True)
    records = [record(), record(id="trips", title=TRIPS, offset=1), record(id="doc-2", offset=2), record(offset=3)]
    kinds = [type(one.result) for one in (await path.process(records)).outcomes]
    assert kinds == [Emitted, Rejection, Emitted, Suppressed]
    assert [type(one.result) for one in (await path.process([record()])).outcomes] == [Suppressed]
    assert [type(one.result) for one in (await path.process([record()], version="next")).outcomes] == [Emitted]


class TrippingClock:
    """A clock that fails when it is read for the second time."""

    def __init__(self) -> None:
        self.reads = 0

    def now(self) -> datetime:
        self.reads += 1
        if self.reads == 2:
            raise OSError("no time")
        return RECEIVED


async def test_bug_in_the_last_step_leaves_the_documents_before_and_after_it_alone() -> None:
    flow = Path(suppress=True).flow(TrippingClock())
    records = [record(id=f"doc-{number}", offset=number) for number in range(4)]
    processed = await flow.conclude(await flow.prepare(records, SNAPSHOT, reader_of()))
    assert [type(one.result) for one in processed.outcomes] == [Emitted, Rejection, Emitted, Emitted]
    assert [sighting.document_id for sighting in processed.sightings] == ["doc-0", "doc-2", "doc-3"]
    assert [sighting.seen.repeats for sighting in processed.sightings] == [0, 1, 2]


async def test_empty_batch_is_no_trouble() -> None:
    assert await Path().process([]) == Processed((), ())


VALUES = st.one_of(
    st.binary(max_size=40),
    st.builds(
        lambda title, time: json.dumps({"title": title, "published_at": time}).encode(),
        st.text(st.characters(exclude_categories=()), max_size=60),
        st.just(START.isoformat()) | st.text(max_size=10),
    ),
)


@settings(max_examples=60)
@given(st.lists(VALUES, max_size=6))
async def test_whatever_comes_in_every_record_ends_as_events_or_as_one_rejection(values: list[bytes]) -> None:
    records = [record(value, offset=offset) for offset, value in enumerate(values)]
    processed = await Path().process(records)
    assert [one.record for one in processed.outcomes] == records
    for outcome in processed.outcomes:
        match outcome.result:
            case Emitted(events):
                assert all(json.loads(event.model_dump_json())["document_id"] for event in events)
            case Rejection() as rejection:
                assert rejection.dead_letter(outcome.record, RECEIVED).model_dump_json()
