"""What is fed follows from the input; a run that was broken off finds its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import orjson
import pytest

from stream_app.adapters.files import FileRecord
from stream_app.adapters.seen_json import SETTLED
from stream_app.events.topics import TICKS
from stream_app.pipeline.ports import Message
from stream_app.replay.entry import EPOCH, Entry, entries_of
from stream_app.replay.laps import TickRule, with_ticks
from stream_app.replay.preparing import ORDINAL, LastOrdinals, Preparation
from stream_app.replay.settling import Settler
from tests.factories import START, hours, minutes, raw_document
from tests.unit.pipeline.flow_path import SNAPSHOT

LATER = START + timedelta(days=365)


def entries(count: int) -> list[Entry]:
    values = [raw_document(id=f"doc-{n}", published_at=(START + minutes(30 * n)).isoformat()) for n in range(count)]
    records = [FileRecord(b"wire", orjson.dumps(value)) for value in values]
    return list(entries_of(records, "news.raw", latest=LATER))


def prepared(
    of: Sequence[Entry], *, partitions: int = 3, there: LastOrdinals | None = None
) -> tuple[list[Message], Preparation]:
    preparation = Preparation(
        Settler(SNAPSHOT, model_version="memory"), partitions=partitions, begun_at=LATER, there=there or {}
    )
    rule = TickRule(step=hours(1), entries=4)
    return [message for item in preparation.items(with_ticks(of, rule)) for message in item.messages], preparation


def ordinal(message: Message) -> int:
    return int(dict(message.headers)[ORDINAL])


def test_every_document_says_how_new_it_is_and_bears_its_event_time_as_stamp() -> None:
    messages, _ = prepared(entries(9))
    documents = [one for one in messages if one.topic == "news.raw"]
    assert all(SETTLED in dict(one.headers) for one in documents)
    assert [one.stamp for one in documents] == [START + minutes(30 * n) for n in range(9)]
    assert [ordinal(one) for one in documents] == list(range(9))


@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_hash_of_the_input_does_not_depend_on_partitions(partitions: int) -> None:
    _, one = prepared(entries(9), partitions=partitions)
    _, other = prepared(entries(9))
    assert one.account.digest.hexdigest() == other.account.digest.hexdigest()


def test_hash_tells_key_and_value_apart() -> None:
    hashes = {
        prepared([Entry(START, "news.raw", key, value)])[1].account.digest.hexdigest()
        for key, value in ((b"a", b"bc"), (b"ab", b"c"), (None, b"abc"), (b"abc", None))
    }
    assert len(hashes) == 4


@pytest.mark.parametrize("stop", range(0, 16, 3))
def test_run_that_was_broken_off_feeds_just_what_is_missing(stop: int) -> None:
    whole, _ = prepared(entries(12))
    there: dict[tuple[str, int], int] = {}
    for message in whole[:stop]:
        there[message.topic, message.partition or 0] = ordinal(message)
    rest, preparation = prepared(entries(12), there=there)
    assert rest == whole[stop:]
    assert preparation.account.digest.hexdigest() == prepared(entries(12))[1].account.digest.hexdigest()


def test_documents_with_one_id_share_a_partition() -> None:
    twice = [Entry(START, "news.raw", None, orjson.dumps(raw_document(title=title))) for title in "AB" * 5]
    messages, _ = prepared(twice, partitions=5)
    assert len({one.partition for one in messages if one.topic == "news.raw"}) == 1


def test_ticks_stay_in_one_partition_and_so_in_order() -> None:
    ticks = [one for one in prepared(entries(12))[0] if one.topic == TICKS.name]
    assert {one.partition for one in ticks} == {0}
    assert len(ticks) > 1


@pytest.mark.parametrize(
    ("value", "moment"),
    [(b"not JSON", START), (b"[]", START), (orjson.dumps(raw_document(published_at="2099-01-01T00:00:00Z")), START)],
)
def test_row_without_a_time_or_with_one_to_come_stands_where_the_one_before_it_does(
    value: bytes, moment: object
) -> None:
    rows = [FileRecord(None, value), FileRecord(None, orjson.dumps(raw_document())), FileRecord(None, value)]
    found = [one.moment for one in entries_of(rows, "news.raw", latest=LATER)]
    assert found == [EPOCH, START, moment]


def test_stamp_is_never_later_than_the_begin_of_the_run() -> None:
    preparation = Preparation(Settler(SNAPSHOT, model_version="m"), partitions=1, begun_at=START, there={})
    item = next(preparation.items([Entry(START + hours(3), "news.raw", None, b"{}")]))
    assert item.messages[0].stamp == START
