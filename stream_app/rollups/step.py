"""One step of an entity: events in, or time that has passed; the next book and the rollups to announce out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from stream_app.events.rollup import Rollup
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.reputation import Claim, claim_of
from stream_app.reputation.claim import DAY, micros
from stream_app.rollups.book import Book, opened, taken, too_late, turned
from stream_app.rollups.due import due
from stream_app.rollups.figures import rollup_of
from stream_app.rollups.window import window_of


class Arrival(StrEnum):
    """How an event came."""

    IN_TIME = "in_time"
    LATE = "late"
    TOO_LATE = "too_late"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Step:
    """What a step leads to; `too_late` holds the events that no window counts any more."""

    book: Book
    rollups: tuple[Rollup, ...] = ()
    arrivals: Counter[Arrival] = field(default_factory=Counter)
    too_late: tuple[SentimentEvent, ...] = ()


def absorb(book: Book | None, events: Sequence[SentimentEvent], *, time: int) -> Step:
    """Take in events of one entity, at least one, in the order of their arrival.

    `time` is what the ticks last told, in microseconds; 0 before the first.
    """
    return _Absorption(book, events[0], time).run(events)


def advance(book: Book, *, time: int) -> Step:
    """Close the windows that end at `time` or before."""
    rollups = tuple(rollup_of(book, one) for one in due(book, until=time))
    return Step(replace(book, closed=max(book.closed, time)), rollups)


class _Absorption:
    """The events of one step, taken in day by day of the entity's clock."""

    def __init__(self, book: Book | None, first: SentimentEvent, time: int) -> None:
        assert first.entity is not None  # noqa: S101  (whoever calls has sorted the events by entity)
        self._book = book or opened(first.entity, claim_of(first), clock=_clock(first))
        self._time = time
        self._fresh: dict[str, Claim] = {}
        self._clock = self._book.clock
        self._rollups: list[Rollup] = []
        self._arrivals: Counter[Arrival] = Counter()
        self._refused: list[SentimentEvent] = []

    def run(self, events: Sequence[SentimentEvent]) -> Step:
        for event in events:
            self._clock = max(self._clock, _clock(event))
            if self._clock // DAY > self._book.clock // DAY:
                self._turn()
            self._arrive(event)
        self._take()
        newest = {rollup.rollup_id: rollup for rollup in self._rollups}
        return Step(self._book, tuple(newest.values()), self._arrivals, tuple(self._refused))

    def _arrive(self, event: SentimentEvent) -> None:
        claim = claim_of(event)
        arrival = self._arrival(claim)
        self._arrivals[arrival] += 1
        if arrival is Arrival.TOO_LATE:
            self._refused.append(event)
        elif arrival is not Arrival.REPEATED:
            self._fresh[claim.id] = claim
            self._name(event)

    def _arrival(self, claim: Claim) -> Arrival:
        if too_late(replace(self._book, clock=self._clock), claim):
            return Arrival.TOO_LATE
        if claim.id in self._fresh or self._book.holds(claim):
            return Arrival.REPEATED
        return Arrival.LATE if window_of("1m", claim.at).end <= self._book.closed else Arrival.IN_TIME

    def _name(self, event: SentimentEvent) -> None:
        """Call the entity what its newest document calls it."""
        if event.entity is not None and micros(event.published_at) >= self._clock:
            self._book = replace(self._book, entity=event.entity)

    def _turn(self) -> None:
        """Go to the next day: announce what has closed before the claims of older days go."""
        self._take()
        step = advance(self._book, time=max(self._book.closed, self._clock))
        self._rollups.extend(step.rollups)
        self._book = turned(step.book, clock=self._clock)

    def _take(self) -> None:
        self._book = taken(self._book, self._fresh.values(), clock=self._until_turn())
        reached = max(self._book.clock, self._time, self._book.closed)
        self._rollups.extend(self._announced(reached))
        self._book = replace(self._book, closed=reached)
        self._fresh = {}

    def _until_turn(self) -> int:
        """Return the clock, held at the end of the book's day: only `turned` goes further."""
        return min(self._clock, (self._book.clock // DAY + 1) * DAY - 1)

    def _announced(self, reached: int) -> Iterator[Rollup]:
        touched = [claim.at for claim in self._fresh.values()]
        return (rollup_of(self._book, one) for one in due(self._book, until=reached, touched=touched))


def _clock(event: SentimentEvent) -> int:
    """Return how far the event moves its entity's clock: a document from the future does not beyond its receipt."""
    return micros(min(event.published_at, event.received_at))
