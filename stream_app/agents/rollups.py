"""The rollup agent: sentiment events and ticks of a partition in, rollups out, books into the table.

Rollups are written before the books that they come from: a crash between the two writes them again, with the same
revision, and loses none. A record that comes again is known by its event id and changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial

import structlog

from stream_app.agents.patience import Patience
from stream_app.agents.reading import dead_letter, read
from stream_app.agents.shelf import Place, Shelf
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.tick import Tick
from stream_app.events.topics import ROLLUPS
from stream_app.pipeline.ports import Clock, EventLog, Message, Telemetry
from stream_app.pipeline.records import Record, Rejection
from stream_app.reputation.claim import micros
from stream_app.rollups.step import Step, absorb, advance

_log = structlog.get_logger(__name__)

Compute = Callable[[Callable[[], dict[Place, Step]]], Awaitable[dict[Place, Step]]]


class Rollups:
    """Handles batches of records; when a method has returned, their offsets may advance."""

    def __init__(
        self,
        shelf: Shelf,
        log: EventLog,
        clock: Clock,
        *,
        telemetry: Telemetry,
        patience: Patience,
        compute: Compute = asyncio.to_thread,
    ) -> None:
        self._shelf, self._log, self._clock = shelf, log, clock
        self._telemetry, self._patience, self._compute = telemetry, patience, compute
        self._order = asyncio.Lock()

    async def absorb(self, records: Sequence[Record]) -> None:
        """Take in sentiment events; the partition of a record is that of its entity's book."""
        async with self._order:
            groups: defaultdict[Place, list[SentimentEvent]] = defaultdict(list)
            letters = []
            for record in records:
                event = read(record, SentimentEvent)
                if isinstance(event, Rejection):
                    letters.append(self._dead_letter(record, event))
                elif event.entity is None:
                    self._telemetry.count("stream_app_rollup_events_total", arrival="no_entity")
                else:
                    groups[record.partition, event.entity.id].append(event)
            steps = await self._compute(partial(self._absorbed, groups))
            await self._conclude(steps, letters=letters, times={})

    async def tick(self, records: Sequence[Record]) -> None:
        """Close the windows of each partition that its ticks have passed."""
        async with self._order:
            times: dict[int, int] = {}
            letters = []
            for record in records:
                tick = read(record, Tick)
                if isinstance(tick, Rejection):
                    letters.append(self._dead_letter(record, tick))
                else:
                    known = times.get(record.partition, self._shelf.time(record.partition))
                    times[record.partition] = max(known, micros(tick.event_time))
            steps = await self._compute(partial(self._advanced, times))
            await self._conclude(steps, letters=letters, times=times)

    async def recovered(self, partitions: set[int]) -> None:
        """Begin anew with what the table holds of the partitions that this worker has now."""
        async with self._order:
            self._shelf.begin_anew(partitions)

    def _absorbed(self, groups: Mapping[Place, Sequence[SentimentEvent]]) -> dict[Place, Step]:
        return {
            place: absorb(self._shelf.book(place), events, time=self._shelf.time(place[0]))
            for place, events in groups.items()
        }

    def _advanced(self, times: Mapping[int, int]) -> dict[Place, Step]:
        places = (place for partition, time in times.items() for place in self._shelf.closing(partition, time))
        books = ((place, self._shelf.book(place)) for place in places)
        return {place: advance(book, time=times[place[0]]) for place, book in books if book is not None}

    async def _conclude(
        self, steps: Mapping[Place, Step], *, letters: Iterable[Message], times: Mapping[int, int]
    ) -> None:
        messages = [*letters, *(message for step in steps.values() for message in _messages(step))]
        await self._patience.until_available(partial(self._log.send, messages))
        await self._shelf.put({place: step.book for place, step in steps.items()}, times)
        for step in steps.values():
            self._report(step)

    def _dead_letter(self, record: Record, rejection: Rejection) -> Message:
        self._telemetry.count("stream_app_rollup_events_total", arrival="unreadable")
        self._telemetry.count("stream_app_dead_letters_total", error_kind=rejection.kind)
        return dead_letter(record, rejection, self._clock.now())

    def _report(self, step: Step) -> None:
        for arrival, count in step.arrivals.items():
            self._telemetry.count("stream_app_rollup_events_total", count, arrival=arrival)
        for rollup in step.rollups:
            self._telemetry.count("stream_app_rollups_total", window=rollup.window)
        for event in step.too_late:
            _log.warning(
                "a document is over a day behind its entity's newest: no window counts it",
                document_id=event.document_id,
                event_id=event.event_id,
                published_at=event.published_at.isoformat(),
            )


def _messages(step: Step) -> list[Message]:
    key = step.book.entity.id.encode()
    return [Message(ROLLUPS.name, key, rollup.model_dump_json().encode()) for rollup in step.rollups]
