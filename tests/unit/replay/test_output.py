"""Two runs are held against each other by bytes that neither the clock nor the broker had a hand in."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from stream_app.events.topics import ALERTS, DEAD_LETTERS, RISK, ROLLUPS, SENTIMENT
from stream_app.replay.canonical import OUTPUTS, canonical, identity_of
from stream_app.replay.event_files import editions, read_kept
from stream_app.replay.output import keep
from stream_app.replay.sorting import sorted_lines


def event(number: int, **fields: Any) -> dict[str, Any]:
    defaults = {"event_id": f"id-{number:04}", "source_kind": "news", "entity": {"id": "e", "kind": "company"}}
    return defaults | {"polarity": number / 1000, "processed_at": "2026-01-01T00:00:00Z"} | fields


def letter(offset: int, **fields: Any) -> dict[str, Any]:
    place = {"source_topic": "news.raw", "partition": 0, "offset": offset}
    return place | {"error_kind": "not_json", "value": "eA==", "occurred_at": "2026-01-01T00:00:00Z"} | fields


def values(*events: Mapping[str, Any]) -> list[bytes]:
    return [orjson.dumps(one) for one in events]


def test_digest_knows_neither_order_nor_repeats_nor_the_clock(tmp_path: Path) -> None:
    events = [event(number) for number in range(50)]
    one = keep(values(*events), tmp_path / "one", topic=SENTIMENT.name)
    again = [event(number, processed_at="2027-05-05T00:00:00Z") for number in range(50)] + events[:20]
    random.Random(7).shuffle(again)
    other = keep(values(*again), tmp_path / "other", topic=SENTIMENT.name)
    assert (one.digest, one.events, one.kinds) == (other.digest, other.events, {"company": 50})
    assert (one.repeats, other.repeats) == (0, 20)


@pytest.mark.parametrize("change", [{"polarity": 0.5}, {"novelty": 1}, {"event_id": "id-9999"}])
def test_digest_knows_everything_else(tmp_path: Path, change: dict[str, Any]) -> None:
    one = keep(values(event(1), event(2)), tmp_path / "one", topic=SENTIMENT.name)
    other = keep(values(event(1), event(2, **change)), tmp_path / "other", topic=SENTIMENT.name)
    assert one.digest != other.digest


def test_kept_events_are_read_back_by_id(tmp_path: Path) -> None:
    keep(values(event(3), event(1), event(2)), tmp_path, topic=SENTIMENT.name)
    assert [one["event_id"] for one in read_kept(tmp_path, SENTIMENT.name)] == ["id-0001", "id-0002", "id-0003"]
    assert list(read_kept(tmp_path, RISK.name)) == []


def test_last_revision_of_a_window_stays_whenever_it_came(tmp_path: Path) -> None:
    window = {"entity": {"id": "e", "kind": "company"}, "window": "1h", "start": "2014-01-01T00:00:00Z"}
    revisions = [window | {"revision": number, "documents": number} for number in (1, 11, 9)]
    kept = keep(values(*revisions), tmp_path, topic=ROLLUPS.name)
    assert [one["documents"] for one in read_kept(tmp_path, ROLLUPS.name)] == [11]
    assert (kept.events, kept.repeats) == (1, 2)


def test_equal_bad_rows_count_each_and_one_that_was_written_twice_once(tmp_path: Path) -> None:
    kept = keep(values(letter(1), letter(2), letter(2), letter(1, partition=1)), tmp_path, topic=DEAD_LETTERS.name)
    assert (kept.events, kept.repeats, kept.kinds) == (3, 1, {"not_json": 3})
    elsewhere = values(letter(7, partition=3), letter(8, partition=2), letter(9, partition=3))
    assert keep(elsewhere, tmp_path / "other", topic=DEAD_LETTERS.name).digest == kept.digest


def test_what_an_event_said_before_is_kept_where_it_was_something_else(tmp_path: Path) -> None:
    first, second = event(1, polarity=0.1), event(1, polarity=0.2)
    again = first | {"processed_at": "2027-05-05T00:00:00Z"}
    for topic in (SENTIMENT, RISK):
        kept = keep(values(first, again, second, event(2), event(2)), tmp_path, topic=topic.name)
        assert (kept.events, kept.repeats) == (2, 3)
        assert [one["polarity"] for one in read_kept(tmp_path, topic.name)] == [0.2, 0.002]
        assert [orjson.loads(one)["polarity"] for one in editions(tmp_path, topic.name)] == [0.2, 0.002, 0.1]
    keep(values(second), tmp_path, topic=SENTIMENT.name)
    assert [orjson.loads(one)["polarity"] for one in editions(tmp_path, SENTIMENT.name)] == [0.2]


def test_revisions_of_windows_and_alerts_are_not_kept(tmp_path: Path) -> None:
    window = {"entity": {"id": "e", "kind": "company"}, "window": "1h", "start": "2014-01-01T00:00:00Z"}
    keep(values(*(window | {"revision": number} for number in range(3))), tmp_path, topic=ROLLUPS.name)
    assert len(list(editions(tmp_path, ROLLUPS.name))) == 1
    assert not (tmp_path / "superseded").exists()


def test_clock_is_left_out_at_any_depth() -> None:
    alert = {"alert_id": "a", "event": event(1), "processed_at": "now"}
    assert b"processed_at" not in canonical(alert, ALERTS.name)


def test_every_output_topic_tells_its_events_apart() -> None:
    assert all(identity_of(topic.name) for topic in OUTPUTS)


@pytest.mark.parametrize("most", [1, 3, 100])
def test_sorting_on_disk_sorts_as_in_memory_does_and_leaves_nothing_behind(tmp_path: Path, most: int) -> None:
    lines = [(b"%d" % (number * 7 % 10), b"line %d" % number) for number in range(25)]
    found = [(rank, line) for rank, _, line in sorted_lines(lines, tmp_path, most=most)]
    assert found == sorted(lines, key=lambda pair: pair[0])
    assert not list(tmp_path.iterdir())
