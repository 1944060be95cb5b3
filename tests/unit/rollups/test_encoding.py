"""A book that was written in parts comes back whole; one whose last parts were cut off is made whole later."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.events.sentiment_event import SentimentEvent
from stream_app.rollups.book import Book
from stream_app.rollups.due import next_due
from stream_app.rollups.encoding import HEAD, book_of, changed_parts, due_of_head
from stream_app.rollups.step import absorb
from tests.factories import START, hours, post, sentiment_event

Parts = dict[bytes, bytes]


def _events(rng: random.Random, days: int = 9) -> list[SentimentEvent]:
    times = sorted(START + hours(rng.uniform(0, 24 * days)) for _ in range(60))
    made = [
        (sentiment_event if rng.random() < 0.5 else post)(
            number, at=at, polarity=round(rng.uniform(-1, 1), 6), source=f"source {rng.randrange(4)}"
        )
        for number, at in enumerate(times)
    ]
    late = made.pop(rng.randrange(len(made) // 2))
    return sorted([*made, late], key=lambda event: event.published_at + timedelta(hours=20) * (event is late))


def _write(parts: Parts, before: Book | None, after: Book, *, most: int | None = None) -> None:
    for name, value in list(changed_parts(before, after).items())[:most]:
        if value is None:
            parts.pop(name, None)
        else:
            parts[name] = value


def _written(events: Sequence[SentimentEvent], rng: random.Random | None = None) -> tuple[Book | None, Parts]:
    """Take the events in steps, through the parts; with `rng`, some steps are cut off and done again."""
    parts: Parts = {}
    for first in range(0, len(events), 5):
        batch = events[first : first + 5]
        while rng is not None and rng.random() < 0.5:
            before = book_of(parts.get)
            _write(parts, before, absorb(before, batch, time=0).book, most=rng.randrange(6))
        before = book_of(parts.get)
        _write(parts, before, absorb(before, batch, time=0).book)
    return book_of(parts.get), parts


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_a_book_comes_back_as_it_was_written(seed: int) -> None:
    events = _events(random.Random(seed))
    book: Book | None = None
    for first in range(0, len(events), 5):
        book = absorb(book, events[first : first + 5], time=0).book
    found, parts = _written(events)
    assert found == book
    assert found is not None
    assert due_of_head(parts[HEAD]) == next_due(found)


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_a_step_that_was_cut_off_and_done_again_leaves_the_same_book(seed: int) -> None:
    """A torn write keeps the first parts of a step; the events come again, since their offsets stood still."""
    rng = random.Random(seed)
    events = _events(rng)
    assert _written(events, rng)[0] == _written(events)[0]


def test_a_step_writes_few_parts_of_a_large_book() -> None:
    _, parts = _written(_events(random.Random(1)))
    before = book_of(parts.get)
    assert before is not None
    after = absorb(before, [sentiment_event(900, at=START + hours(24 * 9))], time=0).book
    written = [name for name, value in changed_parts(before, after).items() if value is not None]
    assert len(written) <= 3 < len(parts)


def test_nothing_known_is_no_book() -> None:
    assert book_of({}.get) is None
