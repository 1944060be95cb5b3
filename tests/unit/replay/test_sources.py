"""The sources of a run are read to their end, and nothing of them is left open."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from stream_app.adapters.kafka_range import Offsets, TopicRange
from stream_app.pipeline.records import Record
from stream_app.replay.inventory import Inventory
from stream_app.replay.request import Clock, Request
from stream_app.replay.sources import Extent, open_sources

LINE = b'{"id": "1", "title": "Apple raises its outlook", "published_at": "2014-01-01T00:00:00Z"}\n'


@pytest.mark.parametrize("read", [1, 3])
def test_files_are_closed_however_much_of_them_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: int
) -> None:
    left_open: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", left_open.append)
    (tmp_path / "whole.jsonl").write_bytes(LINE * 3)
    request, extent = Request(files=(str(tmp_path / "whole.jsonl"),)), Extent()
    begun_at = datetime(2026, 1, 1, tzinfo=UTC)
    with ExitStack() as opened:
        (source,) = open_sources(request, {}, opened, inventory=Inventory(), begun_at=begun_at, extent=extent)
        entries = [entry for entry, _ in zip(source, range(read), strict=False)]
        del source
    assert len(entries) == read
    assert extent.read == extent.total == 3 * len(LINE)
    assert left_open == []


class Topic:
    """A topic of one partition whose stamps are not in order."""

    def __init__(self, received: Mapping[int, datetime]) -> None:
        self._received = received

    def read(self, _partition: int, _offsets: Offsets) -> Iterator[Record]:
        for number, moment in self._received.items():
            yield Record("news.raw", 0, number, key=None, value=LINE, received_at=moment)


def test_range_of_receipt_holds_for_what_stands_out_of_order_and_files_go_by_event_time(tmp_path: Path) -> None:
    begin, day = datetime(2026, 10, 1, tzinfo=UTC), timedelta(days=1)
    received = {0: begin - day / 2, 1: begin, 2: begin + 8 * day, 3: begin + 7 * day - day / 24, 4: begin + 7 * day}
    topics = {"news.raw": cast("TopicRange", Topic(received))}
    (tmp_path / "of-2014.jsonl").write_bytes(LINE)
    request = Request(
        files=(str(tmp_path / "of-2014.jsonl"),),
        topics=("news.raw",),
        by=Clock.RECEIVED,
        begin=begin,
        end=begin + 7 * day,
    )
    inventory = Inventory(topics={"news.raw": {0: Offsets(0, 5)}})
    with ExitStack() as opened:
        sources = open_sources(request, topics, opened, inventory=inventory, begun_at=begin, extent=Extent())
        found = [[entry.received_at for entry in source] for source in sources]
    assert found == [[], [received[1], received[3]]]
