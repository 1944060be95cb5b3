"""The stages of the flow alone, each over the same headlines on one core, in documents per second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from stream_app.bench.corpus import record_values
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.decode import decode
from stream_app.pipeline.documents import LinkedDocument, TextDocument
from stream_app.pipeline.encoding import Encoder
from stream_app.pipeline.flow import query_of
from stream_app.pipeline.link import link
from stream_app.pipeline.records import Record
from stream_app.pipeline.rows import ModelRow
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.stories import judge
from stream_app.pipeline.story_book import StoryBook

_T = TypeVar("_T")
_BATCH = 256
_RECEIVED = datetime(2026, 3, 9, tzinfo=UTC)
_VERSIONS = ("model", "graph")


@dataclass(frozen=True, slots=True)
class StageRates:
    """Documents per second of each stage, and the rows that came out of encoding."""

    decode: float
    link: float
    encode: float
    duplicates: float
    rows: tuple[ModelRow, ...]


def stage_rates(titles: Sequence[str], linker: Linker, encoder: Encoder) -> StageRates:
    """Measure each stage over all headlines, after a warm-up with some of them."""
    records = [Record("news.raw", 0, at, None, value, _RECEIVED) for at, value in enumerate(_values(titles))]
    snapshot = Snapshot(linker.version, linker)
    documents, decoding = _timed(lambda: [one for record in records if isinstance(one := decode(record), TextDocument)])
    linked, linking = _timed(lambda: [link(document, snapshot) for document in documents])
    encoded, encoding = _timed(lambda: [one for some in _batches(linked) for one in encoder.encode(some)])
    _, judging = _timed(lambda: _judge_all(linked))
    count = len(records)
    rows = tuple(row.row for one in encoded for row in one.rows)
    return StageRates(count / decoding, count / linking, count / encoding, count / judging, rows)


def _values(titles: Sequence[str]) -> Iterable[bytes]:
    return record_values(titles, run="stage")


def _batches(linked: Sequence[LinkedDocument]) -> Iterable[Sequence[LinkedDocument]]:
    return (linked[start : start + _BATCH] for start in range(0, len(linked), _BATCH))


def _judge_all(linked: Sequence[LinkedDocument]) -> None:
    """Judge each document by all those before it, as a worker does with what its store remembers."""
    book = StoryBook()
    for one in linked:
        judgement = judge(query_of(one), book, _VERSIONS)
        if judgement.sighting is not None:
            book.add(judgement.sighting)


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    began = time.perf_counter()
    done = work()
    return done, time.perf_counter() - began
