"""The steps of a replay as messages: each entry with its ordinal, its stamp and what was decided of its novelty.

All of it follows from the input and the number of partitions: within a partition ordinals grow, so a run that was
broken off knows by the last ordinals in its topics what is there already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zlib import crc32

from stream_app.adapters.seen_json import SETTLED, seen_to_json
from stream_app.events.tick import Tick
from stream_app.events.topics import BARS, INPUTS, TICKS
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record
from stream_app.replay.entry import EPOCH, Entry
from stream_app.replay.laps import Step, TickAt
from stream_app.replay.settling import Settled, Settler

ORDINAL = "stream-app-ordinal"
"""Header of every record that a replay writes: its number within its topic."""

SOURCE = "replay"
_TICK_PARTITION = 0
"""All in one, so that ticks stay in order."""

_INPUT_NAMES = frozenset(topic.name for topic in INPUTS)

LastOrdinals = Mapping[tuple[str, int], int]
"""The ordinal of the last record that is in a partition already."""


@dataclass(frozen=True, slots=True)
class Item:
    """What one step comes to. No messages: it is in the topic already."""

    moment: datetime
    messages: tuple[Message, ...]
    is_tick: bool = False


@dataclass(slots=True)
class Account:
    """What was prepared so far; `digest` is over all of it, in its order."""

    fed: Counter[str] = field(default_factory=Counter)
    late: int = 0
    first: datetime | None = None
    last: datetime | None = None
    ticks: list[datetime] = field(default_factory=list)
    digest: Any = field(default_factory=sha256)

    def take(self, step: Step, begun_at: datetime) -> None:
        """Count a step of a run that began then, without preparing it."""
        if isinstance(step, TickAt):
            self.ticks.append(step.moment)
        else:
            self.add(step, stamp_of(step, begun_at))

    def add(self, entry: Entry, stamp: datetime) -> None:
        """Count an entry."""
        self.fed[entry.topic] += 1
        self.late += entry.late
        if entry.moment > EPOCH:
            self.first = entry.moment if self.first is None else min(self.first, entry.moment)
            self.last = entry.moment if self.last is None else max(self.last, entry.moment)
        for part in (entry.topic.encode(), entry.key, stamp.isoformat().encode(), entry.value):
            self.digest.update(b"-" if part is None else b"%d:%b" % (len(part), part))


def stamp_of(entry: Entry, begun_at: datetime) -> datetime:
    """Return the stamp that an entry bears in the run's topics: never later than the run's begin."""
    return entry.received_at or max(EPOCH, min(entry.moment, begun_at))


class Preparation:
    """Turns steps into items, one after the other."""

    def __init__(self, settler: Settler, *, partitions: int, begun_at: datetime, there: LastOrdinals) -> None:
        """`begun_at` bounds the stamps of entries that come without one; `there` is what need not be written again."""
        self._settler, self._partitions = settler, partitions
        self._begun_at, self._there = begun_at, there
        self.account = Account()

    def items(self, steps: Iterable[Step]) -> Iterator[Item]:
        """Yield one item for each step."""
        for step in steps:
            yield self._tick(step) if isinstance(step, TickAt) else self._entry(step)

    def _entry(self, entry: Entry) -> Item:
        ordinal = self.account.fed[entry.topic]
        stamp = stamp_of(entry, self._begun_at)
        self.account.add(entry, stamp)
        settled = self._settled(entry, ordinal, stamp)
        partition = self._partition(entry, settled)
        headers = [(ORDINAL, str(ordinal).encode())]
        if settled is not None:
            headers.append((SETTLED, seen_to_json(settled.seen)))
        if self._is_there(entry.topic, partition, ordinal):
            return Item(entry.moment, ())
        message = Message(entry.topic, entry.key, entry.value, headers=tuple(headers), stamp=stamp, partition=partition)
        return Item(entry.moment, (message,))

    def _settled(self, entry: Entry, ordinal: int, stamp: datetime) -> Settled | None:
        if entry.topic not in _INPUT_NAMES:
            return None
        return self._settler.settle(
            Record(entry.topic, 0, ordinal, key=entry.key, value=entry.value, received_at=stamp)
        )

    def _partition(self, entry: Entry, settled: Settled | None) -> int:
        """Documents with one id share a partition, bars with one ticker: so they stay in order."""
        if settled is not None:
            return crc32(settled.document_id.encode()) % self._partitions
        return crc32((entry.key if entry.topic == BARS.name else entry.value) or b"") % self._partitions

    def _tick(self, step: TickAt) -> Item:
        ordinal = len(self.account.ticks)
        self.account.ticks.append(step.moment)
        if self._is_there(TICKS.name, _TICK_PARTITION, ordinal):
            return Item(step.moment, (), is_tick=True)
        message = Message(
            TICKS.name,
            SOURCE.encode(),
            Tick(source=SOURCE, event_time=step.moment).model_dump_json().encode(),
            headers=((ORDINAL, str(ordinal).encode()),),
            stamp=min(step.moment, self._begun_at),
            partition=_TICK_PARTITION,
        )
        return Item(step.moment, (message,), is_tick=True)

    def _is_there(self, topic: str, partition: int, ordinal: int) -> bool:
        return self._there.get((topic, partition), -1) >= ordinal
