"""The sources of a run are read to their end, and nothing of them is left open."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stream_app.replay.inventory import Inventory
from stream_app.replay.request import Request
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
