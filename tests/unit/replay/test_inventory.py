"""A run that goes on reads what it read at first, or says that this is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from stream_app.adapters.kafka_range import Offsets, TopicRange
from stream_app.errors import DataError
from stream_app.replay.inventory import Inventory, Readers
from stream_app.replay.request import Clock, Request
from tests.factories import START


class Topic:
    """A topic of one partition whose first records retention has taken."""

    def __init__(self, first: int, end: int) -> None:
        self._held = Offsets(first, end)

    def between(self, _begin: datetime | None, _end: datetime | None) -> Mapping[int, Offsets]:
        return {0: self._held}


def readers(first: int, end: int) -> Readers:
    return {"news.raw": cast("TopicRange", Topic(first, end))}


def test_a_file_that_has_changed_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("{}\n")
    request = Request(files=(str(file), "-"))
    inventory = Inventory.model_validate_json(Inventory.of(request, {}).model_dump_json())
    inventory.check_there(request, {})
    file.write_text("{}\n{}\n")
    with pytest.raises(DataError, match=r"a\.jsonl is not what it was"):
        inventory.check_there(request, {})


def test_a_file_that_came_into_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text("{}\n")
    request = Request(files=(str(tmp_path),))
    inventory = Inventory.of(request, {})
    (tmp_path / "a.jsonl").write_text("{}\n")
    with pytest.raises(DataError, match=r"a\.jsonl is not what it was"):
        inventory.check_there(request, {})


@pytest.mark.parametrize("asked", [{}, {"offsets": "0:0-9"}, {"begin": START}], ids=str)
def test_records_that_retention_took_since_are_told(asked: dict[str, object]) -> None:
    request = Request.model_validate({"topics": ("news.raw",), **asked})
    inventory = Inventory.model_validate_json(Inventory.of(request, readers(2, 9)).model_dump_json())
    assert inventory.topics == {"news.raw": {0: Offsets(2, 9)}}
    inventory.check_there(request, readers(2, 20))
    with pytest.raises(DataError, match="begins at 5, the run at 2"):
        inventory.check_there(request, readers(5, 20))


def test_of_the_offsets_that_are_asked_for_those_that_are_there_are_read() -> None:
    asked = Request(topics=("news.raw",), offsets="0:3-100000")
    assert Inventory.of(asked, readers(5, 20)).topics == {"news.raw": {0: Offsets(5, 20)}}
    with pytest.raises(DataError, match=r"news\.raw has no partition 7: it has 0"):
        Inventory.of(Request(topics=("news.raw",), offsets="7:0-5"), readers(5, 20))


def test_records_that_stand_out_of_order_are_looked_for_up_to_the_margin() -> None:
    class Asked(Topic):
        def between(self, begin: datetime | None, end: datetime | None) -> Mapping[int, Offsets]:
            spans.append((begin, end))
            return {}

    spans: list[tuple[datetime | None, datetime | None]] = []
    topics = {"news.raw": cast("TopicRange", Asked(0, 1))}
    day = timedelta(days=1)
    for by in Clock:
        Inventory.of(Request(topics=("news.raw",), by=by, begin=START, end=START + day), topics)
    assert spans == [(START - day, START + 2 * day), (START, START + 2 * day)]
