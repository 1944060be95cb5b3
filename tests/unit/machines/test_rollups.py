"""Rollups in any order of events, repeats, ticks and restarts: each window says what a recount of all events says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, invariant, multiple, rule

from stream_app.events.rollup import Rollup
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.reputation.claim import micros
from stream_app.rollups.book import Book
from stream_app.rollups.encoding import book_of, changed_parts
from stream_app.rollups.step import absorb, advance
from tests.factories import START, hours, minutes, sentiment_event
from tests.unit.rollups import slow

_DESCRIBED = st.tuples(st.integers(0, 20 * 60 - 1), st.none() | st.integers(-9, 9), st.integers(0, 3))
"""Minute, polarity in tenths, repeats: all within a day, so that none is too late, which the slow way does not know."""


class Rollups(RuleBasedStateMachine):
    """One entity: its book, what was announced last of each window, and simply all events."""

    events = Bundle("events")

    def __init__(self) -> None:
        super().__init__()
        self.book: Book | None = None
        self.written: dict[bytes, bytes] = {}
        self.told: dict[str, Rollup] = {}
        self.all: dict[str, SentimentEvent] = {}
        self.time = 0

    @rule(target=events, several=st.lists(_DESCRIBED, min_size=1, max_size=4))
    def told_of(self, several: list[tuple[int, int | None, int]]) -> MultipleResults[SentimentEvent]:
        fresh = [
            sentiment_event(
                len(self.all) + place,
                at=START + minutes(minute),
                polarity=None if polarity is None else polarity / 10,
                novelty=0.75**old,
            )
            for place, (minute, polarity, old) in enumerate(several)
        ]
        self._absorb(fresh)
        return multiple(*fresh)

    @rule(some=st.lists(events, min_size=1, max_size=4))
    def told_again(self, some: list[SentimentEvent]) -> None:
        self._absorb(some)

    @rule(hour=st.integers(0, 30))
    def tick(self, hour: int) -> None:
        self.time = max(self.time, micros(START + hours(hour)))
        if self.book is not None:
            step = advance(self.book, time=self.time)
            self._conclude(step.book, step.rollups)

    @rule()
    def begin_anew(self) -> None:
        self.book = book_of(self.written.get)

    @rule(event=consumes(events), kept=st.integers(0, 3))
    def crash_while_writing(self, event: SentimentEvent, kept: int) -> None:
        """Only the first parts of a step were written; the step is done again."""
        if self.book is not None:
            parts = changed_parts(self.book, absorb(self.book, [event], time=self.time).book)
            self._write(dict(list(parts.items())[:kept]))
            self.book = book_of(self.written.get)
        self._absorb([event])

    @invariant()
    def windows_say_what_a_recount_says(self) -> None:
        events = list(self.all.values())
        for one in self.told.values():
            members = slow.inside(one, events)
            if one.closed or one.window == "1m":
                assert one.documents == len(members)
                assert _near(one.mean_polarity, slow.mean(members))
                assert _near(one.novelty_weighted_polarity, slow.novelty_weighted(members))
                assert _near(one.dispersion, slow.dispersion(members))

    @invariant()
    def every_window_that_is_over_was_told(self) -> None:
        reached = max(self.time, self.book.closed if self.book else 0)
        told = {(one.window, one.start) for one in self.told.values() if one.closed}
        for event in self.all.values():
            minute = event.published_at.replace(second=0)
            if micros(minute + minutes(1)) <= reached:
                assert ("1m", minute) in told

    def _absorb(self, events: Sequence[SentimentEvent]) -> None:
        self.all |= {one.event_id: one for one in events}
        step = absorb(self.book, events, time=self.time)
        assert not step.too_late
        self._conclude(step.book, step.rollups)

    def _conclude(self, book: Book, rollups: Sequence[Rollup]) -> None:
        self._write(changed_parts(self.book, book))
        self.book = book
        self.told |= {one.rollup_id: one for one in rollups}

    def _write(self, parts: Any) -> None:
        for key, value in parts.items():
            if value is None:
                self.written.pop(key, None)
            else:
                self.written[key] = value


def _near(found: float | None, wanted: float | None) -> bool:
    return found == (None if wanted is None else pytest.approx(wanted, abs=2e-6))


Rollups.TestCase.settings = settings(max_examples=25, stateful_step_count=20)
TestRollups = Rollups.TestCase
