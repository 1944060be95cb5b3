"""The sources of a run, opened and read as entries: files, standard input, stretches of topics, bars."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from itertools import islice
from typing import Any, BinaryIO, cast

from stream_app.adapters.files import STDIN, format_of, open_file, parse_columns, read_records, size_of
from stream_app.adapters.files.bars import bars_in, parse_bar_columns
from stream_app.adapters.kafka_range import Offsets, TopicRange
from stream_app.events.topics import BARS
from stream_app.pipeline.decode import FUTURE_TOLERANCE
from stream_app.pipeline.records import Record
from stream_app.replay.entry import EPOCH, Entry, entries_of, event_time
from stream_app.replay.inventory import Inventory, Readers, files_of
from stream_app.replay.order import Span
from stream_app.replay.request import Clock, Request

_BUFFER_BYTES = 1 << 18
_TRIED_ENTRIES = 1000  # as many as a member that is to be renamed is looked for in

Entries = Generator[Entry, None, None]


@dataclass(slots=True)
class Extent:
    """How much of the sources is read, in bytes of files and records of topics; `total` None is not known."""

    read: int = 0
    total: int | None = 0
    entries: int = 0

    def expect(self, amount: int | None) -> None:
        """Add to what there is to be read."""
        self.total = None if self.total is None or amount is None else self.total + amount

    @property
    def expected_entries(self) -> float | None:
        """How many entries there will be, judging by those read so far."""
        if not self.total or not self.read:
            return None
        return self.entries * max(1.0, self.total / self.read)


def open_sources(
    request: Request, readers: Readers, opened: ExitStack, *, inventory: Inventory, begun_at: datetime, extent: Extent
) -> list[Iterator[Entry]]:
    """Return the sources as iterators over their entries; what they hold open is closed with `opened`.

    Of topics, what the inventory has is read.

    DataError and ConfigurationError, at once or on the way, for what cannot be read.
    """
    latest = begun_at + FUTURE_TOLERANCE
    found = [_file(name, request, opened, latest=latest, extent=extent) for name in files_of(request.files)]
    found += [_bars(name, request, opened, extent=extent) for name in files_of(request.market)]
    for topic, reader in readers.items():
        found += _partitions(topic, reader, inventory.topics[topic], extent=extent)
    for source in found:
        opened.callback(source.close)
    counted = [_counted(source, extent) for source in found]
    return [_within(source, request.span, request.by) for source in counted]


def check_files(request: Request, *, now: datetime) -> None:
    """Raise, before anything is started for it, what the first entries of a file would that is not as asked."""
    files = tuple(name for name in request.files if name != STDIN)
    own = request.model_copy(update={"files": files, "begin": None, "end": None})
    with ExitStack() as opened:
        for source in open_sources(own, {}, opened, inventory=Inventory(), begun_at=now, extent=Extent()):
            for _ in islice(source, _TRIED_ENTRIES):
                pass


def _file(name: str, request: Request, opened: ExitStack, *, latest: datetime, extent: Extent) -> Entries:
    file_format = request.file_format or format_of(name)
    stream = _opened(name, opened, extent)
    records = read_records(stream, name, file_format=file_format, columns=parse_columns(request.columns))
    return entries_of(records, request.into, latest=latest)


def _bars(name: str, request: Request, opened: ExitStack, *, extent: Extent) -> Entries:
    """A bar is known when it is over, so that is its event time here."""
    stream = _opened(name, opened, extent)
    for bar in bars_in(stream, name, parse_bar_columns(request.market_columns)):
        yield Entry(bar.start + request.bar_length, BARS.name, bar.ticker.encode(), bar.model_dump_json().encode())


def _opened(name: str, opened: ExitStack, extent: Extent) -> BinaryIO:
    extent.expect(size_of(name))
    file = opened.enter_context(open_file(name))
    return cast("BinaryIO", opened.enter_context(BufferedReader(cast("Any", _Counting(file, extent)), _BUFFER_BYTES)))


class _Counting:
    """A file that tells the extent how much of it was read."""

    def __init__(self, file: BinaryIO, extent: Extent) -> None:
        self._file, self._extent = file, extent

    def readinto(self, buffer: bytearray) -> int:
        raw = self._file.read(len(buffer))
        buffer[: len(raw)] = raw
        self._extent.read += len(raw)
        return len(raw)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever else a file can do)
        return getattr(self._file, name)


def _partitions(topic: str, reader: TopicRange, stretches: Mapping[int, Offsets], *, extent: Extent) -> list[Entries]:
    for offsets in stretches.values():
        extent.expect(max(0, offsets.end - offsets.first))
    return [_records(topic, reader.read(number, offsets), extent) for number, offsets in stretches.items()]


def _records(topic: str, records: Iterable[Record], extent: Extent) -> Entries:
    moment = EPOCH
    for record in records:
        extent.read += 1
        moment = event_time(record.value, latest=record.received_at + FUTURE_TOLERANCE) or moment
        yield Entry(moment, topic, record.key, record.value, received_at=record.received_at)


def _counted(entries: Iterable[Entry], extent: Extent) -> Iterator[Entry]:
    for entry in entries:
        extent.entries += 1
        yield entry


def _within(entries: Iterable[Entry], span: Span, by: Clock) -> Iterator[Entry]:
    """Yield the entries whose time lies in the span; files know of no receipt."""
    for entry in entries:
        received = entry.received_at if by is Clock.RECEIVED else None
        if (received or entry.moment) in span:
            yield entry
