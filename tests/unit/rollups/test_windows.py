"""Windows depend on what was said and when, and on nothing else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.events.rollup import Rollup
from stream_app.events.sentiment_event import SentimentEvent, Topic
from stream_app.reputation.claim import DAY, HOUR, MICRO, micros
from stream_app.rollups.book import Book
from stream_app.rollups.due import next_due
from stream_app.rollups.encoding import changed_parts
from stream_app.rollups.step import Arrival, absorb, advance
from stream_app.rollups.tally import Tally
from stream_app.rollups.window import Window
from tests.factories import START, hours, minutes, post, sentiment_event
from tests.unit.rollups import slow

FAR = micros(START) + 400 * DAY
_SPAN_MINUTES = 23 * 60

Windows = dict[str, Rollup]


def _event(number: int, minute: float, polarity: float | None, *, kind: int = 0, story: int = 0) -> SentimentEvent:
    made = sentiment_event if kind == 0 else post
    author = {} if kind == 0 else {"handle": f"user{number % 5}", "followers": 10 ** (kind * 2)}
    topic = Topic(label=f"topic {number % 3}", probability=0.5)
    return made(
        number, at=START + minutes(minute), polarity=polarity, story_id=f"story-{story}", topic=topic,
        novelty=0.75 ** (number % 4), **author,
    )  # fmt: skip


_polarities = st.none() | st.integers(-1_000_000, 1_000_000).map(lambda micros: micros / 1e6)
_described = st.tuples(
    st.integers(0, _SPAN_MINUTES * 60).map(lambda seconds: seconds / 60),
    _polarities,
    st.integers(0, 2),
    st.integers(0, 3),
)


@st.composite
def _streams(draw: st.DrawFn) -> list[SentimentEvent]:
    described = draw(st.lists(_described, min_size=1, max_size=30))
    return [_event(n, at, polarity, kind=kind, story=story) for n, (at, polarity, kind, story) in enumerate(described)]


def run(events: Sequence[SentimentEvent], *, batch: int = 1, ticks: random.Random | None = None) -> Book:
    """Return the book after all events, in batches, with ticks between them."""
    return _run(events, batch=batch, ticks=ticks)[0]


def final(events: Sequence[SentimentEvent], *, batch: int = 1, ticks: random.Random | None = None) -> Windows:
    """Return the last revision of each window after all events and a last tick."""
    return _run(events, batch=batch, ticks=ticks)[1]


def _run(events: Sequence[SentimentEvent], *, batch: int, ticks: random.Random | None) -> tuple[Book, Windows]:
    book: Book | None = None
    held: Windows = {}
    time = 0
    for first in range(0, len(events), batch):
        step = absorb(book, events[first : first + batch], time=time)
        book = step.book
        _hold(held, step.rollups)
        if ticks is not None and ticks.random() < 0.5:
            time = max(time, micros(events[first].published_at) + ticks.randint(0, 5 * HOUR))
            step = advance(book, time=time)
            book = step.book
            _hold(held, step.rollups)
    assert book is not None
    last = advance(book, time=max(FAR, book.closed))
    _hold(held, last.rollups)
    return last.book, held


def _hold(held: Windows, rollups: Sequence[Rollup]) -> None:
    for rollup in rollups:
        before = held.get(rollup.rollup_id)
        if before is None or (rollup.revision, rollup.closed) >= (before.revision, before.closed):
            held[rollup.rollup_id] = rollup


@settings(max_examples=25)
@given(_streams(), st.randoms(use_true_random=False), st.integers(1, 7))
def test_a_stream_shuffled_within_the_lateness_gives_the_same_windows(
    events: list[SentimentEvent], rng: random.Random, batch: int
) -> None:
    in_order = sorted(events, key=lambda event: event.published_at)
    shuffled = rng.sample(events, len(events))
    assert final(shuffled, batch=batch, ticks=rng) == final(in_order)


@settings(max_examples=8)
@given(st.randoms(use_true_random=False), st.integers(1, 9))
def test_weeks_of_a_stream_give_the_same_windows_in_any_order_within_a_day(rng: random.Random, batch: int) -> None:
    """Across days: records of sources, baselines and sums of old days must not show the order either."""
    events = [
        _event(n, rng.uniform(0, 12 * 24 * 60), round(rng.uniform(-1, 1), 6), kind=rng.randrange(3), story=n % 40)
        for n in range(80)
    ]
    in_order = sorted(events, key=lambda event: event.published_at)
    delayed = sorted(events, key=lambda event: event.published_at + hours(rng.uniform(0, 23.9)))
    assert final(delayed, batch=batch, ticks=rng) == final(in_order)


@settings(max_examples=20)
@given(_streams(), st.randoms(use_true_random=False))
def test_repeats_change_nothing(events: list[SentimentEvent], rng: random.Random) -> None:
    repeated = events + rng.choices(events, k=len(events))
    assert final(repeated, batch=4) == final(events)


@settings(max_examples=20)
@given(_streams())
def test_the_sum_over_minutes_is_the_hour_and_over_hours_the_day(events: list[SentimentEvent]) -> None:
    book = run(events)
    for hour in book.hours:
        in_minutes = [Window("1m", hour * HOUR + minute * 60 * MICRO) for minute in range(60)]
        assert sum(map(book.tally, in_minutes), Tally()) == book.tally(Window("1h", hour * HOUR))
    for day in book.held_days:
        in_hours = [Window("1h", day * DAY + hour * HOUR) for hour in range(24)]
        assert sum(map(book.tally, in_hours), Tally()) == book.tally(Window("1d", day * DAY))


@settings(max_examples=20)
@given(_streams())
def test_figures_are_those_of_the_slow_way(events: list[SentimentEvent]) -> None:
    for rollup in final(events, batch=3).values():
        members = slow.inside(rollup, events)
        assert rollup.documents == len(members) > 0
        assert rollup.closed
        for found, wanted in [
            (rollup.mean_polarity, slow.mean(members)),
            (rollup.novelty_weighted_polarity, slow.novelty_weighted(members)),
            (rollup.dispersion, slow.dispersion(members)),
        ]:
            assert found == (None if wanted is None else pytest.approx(wanted, abs=2e-6))
        labels = Counter(event.topic.label for event in members if event.topic)
        assert sorted(one.documents for one in rollup.topics) == sorted(labels.values())


@settings(max_examples=20)
@given(_streams(), st.randoms(use_true_random=False))
def test_every_document_is_in_one_window_of_each_length(events: list[SentimentEvent], rng: random.Random) -> None:
    counted = Counter[str]()
    for rollup in final(events, ticks=rng).values():
        counted[rollup.window] += rollup.documents
    assert counted == dict.fromkeys(("1m", "1h", "1d"), len(events))


@settings(max_examples=15)
@given(st.lists(st.integers(-3 * DAY, 3 * DAY), min_size=1, max_size=20), st.integers(0, 6 * DAY))
def test_watermark_never_goes_back(offsets: list[int], tick: int) -> None:
    book: Book | None = None
    for number, offset in enumerate(offsets):
        event = sentiment_event(number, at=START + timedelta(microseconds=offset))
        step = absorb(book, [event], time=micros(START) + tick)
        assert book is None or (step.book.clock >= book.clock and step.book.closed >= book.closed)
        book = advance(step.book, time=micros(START)).book
        assert book.closed == step.book.closed


def test_late_document_corrects_its_windows_and_those_that_look_back_on_it() -> None:
    first = absorb(None, [sentiment_event(1, polarity=0.4)], time=0)
    later = absorb(first.book, [sentiment_event(2, at=START + hours(2))], time=micros(START + hours(3)))
    late = absorb(later.book, [sentiment_event(3, at=START + minutes(1), polarity=-1.0)], time=0)
    assert late.arrivals == {Arrival.LATE: 1}
    by_window = {(one.window, one.start): one for one in late.rollups}
    assert by_window["1h", START].mean_polarity == pytest.approx(-0.3)
    assert by_window["1m", START + minutes(1)].documents == 1
    assert by_window["1h", START + hours(2)].momentum == pytest.approx(0.8)
    assert not by_window["1d", START.replace(hour=0)].closed
    known = {one.rollup_id: one.revision for one in later.rollups + first.rollups}
    assert all(one.revision > known.get(one.rollup_id, -1) for one in late.rollups)


def test_document_later_than_a_day_is_handed_back_and_changes_nothing() -> None:
    book = absorb(None, [sentiment_event(1, at=START + hours(25))], time=0).book
    step = absorb(book, [event := sentiment_event(2, at=START + minutes(59))], time=0)
    assert step.too_late == (event,)
    assert step.arrivals == {Arrival.TOO_LATE: 1}
    assert step.book.hours == book.hours
    assert step.rollups == ()


def test_document_just_within_a_day_counts() -> None:
    book = absorb(None, [sentiment_event(1, at=START + hours(24))], time=0).book
    assert absorb(book, [sentiment_event(2)], time=0).arrivals == {Arrival.LATE: 1}


def test_tick_closes_windows_when_no_document_comes_and_each_but_once() -> None:
    book = absorb(None, [sentiment_event(1)], time=0).book
    assert next_due(book) == micros(START + minutes(1))
    before = advance(book, time=micros(START + minutes(1)) - 1)
    assert before.rollups == ()
    at_end = advance(before.book, time=micros(START + minutes(1)))
    assert [(one.window, one.closed) for one in at_end.rollups] == [("1m", True), ("1h", False), ("1d", False)]
    assert advance(at_end.book, time=micros(START + minutes(2))).rollups == ()
    day = advance(at_end.book, time=micros(START + hours(16)))
    assert [(one.window, one.closed) for one in day.rollups] == [("1h", True), ("1d", True)]
    assert next_due(day.book) is None


def test_tick_shuts_no_document_out() -> None:
    """History that is fed while the clock on the wall ticks still gets its windows."""
    step = absorb(None, [sentiment_event(1)], time=FAR)
    assert {(one.window, one.closed) for one in step.rollups} == {("1m", True), ("1h", True), ("1d", True)}
    more = absorb(step.book, [sentiment_event(2, at=START + minutes(5))], time=FAR)
    assert {(one.window, one.documents) for one in more.rollups} == {("1m", 1), ("1h", 2), ("1d", 2)}


def test_document_from_the_future_does_not_make_the_present_late() -> None:
    future = sentiment_event(1, at=START + hours(23), received_at=START)
    book = absorb(None, [future], time=0).book
    step = absorb(book, [sentiment_event(2, at=START - hours(20))], time=0)
    assert step.arrivals.keys() <= {Arrival.LATE, Arrival.IN_TIME}
    assert not step.too_late


def test_unscored_documents_are_counted_and_make_no_polarity() -> None:
    windows = final([sentiment_event(1, polarity=None, unscored="language xx")])
    assert {(one.documents, one.scored, one.mean_polarity, one.dispersion) for one in windows.values()} == {
        (1, 0, None, None)
    }


def test_buzz_is_null_without_a_history_and_one_when_all_is_as_usual() -> None:
    daily = [sentiment_event(day, at=START + timedelta(days=day)) for day in range(40)]
    by_start = {one.start: one for one in final(daily).values() if one.window == "1d"}
    midnight = START.replace(hour=0)
    assert {by_start[midnight + timedelta(days=day)].buzz for day in range(3)} == {None}
    assert {by_start[midnight + timedelta(days=day)].buzz for day in range(3, 40)} == {1.0}


def test_first_day_of_which_only_the_evening_was_seen_makes_no_buzz_of_the_days_after() -> None:
    evening = START.replace(hour=18)
    steady = [sentiment_event(n, at=evening + minutes(30 * n)) for n in range(12 + 48 * 6)]
    buzz = {one.buzz for one in final(steady, batch=16).values() if one.window == "1d"}
    assert buzz == {None, 1.0}


def test_document_that_comes_again_with_another_time_or_from_another_model_counts_once() -> None:
    first = sentiment_event(1)
    moved = sentiment_event(1, at=START + hours(3))
    scored_anew = sentiment_event(2, document_id=first.document_id, model_version="model-next")
    windows = final([first, moved, scored_anew])
    assert {(one.window, one.documents, one.start.hour) for one in windows.values()} == {
        ("1m", 1, START.hour), ("1h", 1, START.hour), ("1d", 1, 0),
    }  # fmt: skip


def test_day_that_strangers_talk_through_is_not_theirs() -> None:
    """Fifty bots an hour long or a day long: together they weigh less than the one wire report of the day."""
    midnight = START.replace(hour=0)
    wire = sentiment_event(1, at=midnight, polarity=-0.8)
    for pause in (1, 20, 28):
        bots = [
            post(100 + n, at=midnight + minutes(n * pause), handle=f"bot{n}", followers=3, polarity=0.8)
            for n in range(50)
        ]
        (day,) = (one for one in final([wire, *bots], batch=9).values() if one.window == "1d")
        assert day.credible_polarity is not None
        assert day.credible_polarity < 0


def test_restart_changes_no_figure_of_a_document_that_was_dated_ahead() -> None:
    """A tick closes its minute before the day is reached whose verdicts count in its weight."""
    ahead = START + hours(24 * 3)
    history = [
        sentiment_event(1, source="liar", polarity=0.9),
        *(sentiment_event(n, at=START + hours(n), polarity=-0.9) for n in (2, 3)),
        sentiment_event(4, at=ahead, received_at=ahead - hours(20), source="liar", polarity=0.9),
    ]
    told = advance(absorb(None, history, time=0).book, time=micros(ahead + minutes(1))).book
    book = absorb(told, [sentiment_event(5, at=ahead + hours(1), polarity=-0.5)], time=0).book
    restored = replace(book, remembered={}, ids={})
    assert advance(book, time=FAR).rollups == advance(restored, time=FAR).rollups


def test_name_that_everybody_talks_about_is_kept_in_small_parts() -> None:
    """A broker refuses a record over 1 MB, and a worker that cannot keep its state stands still."""
    many = [post(n, at=START + timedelta(seconds=n % 3_600), handle=f"account{n}") for n in range(9_000)]
    parts = changed_parts(None, absorb(None, many, time=0).book)
    assert sum(len(value or b"") for value in parts.values()) > 900_000
    assert max(len(value or b"") for value in parts.values()) < 100_000


@settings(max_examples=5)
@given(st.randoms(use_true_random=False))
def test_expected_documents_are_those_of_the_slow_way(rng: random.Random) -> None:
    events = [sentiment_event(n, at=START + hours(rng.uniform(0, 45 * 24))) for n in range(60)]
    for rollup in final(sorted(events, key=lambda event: event.published_at)).values():
        wanted = slow.expected(rollup, events)
        assert rollup.expected_documents == (None if wanted is None else pytest.approx(wanted, abs=1e-6))


def test_state_stays_small_when_years_pass() -> None:
    book = run([sentiment_event(day, at=START + timedelta(days=day)) for day in range(400)])
    assert len(book.hours) <= 4
    assert len(book.days) <= 41
    assert len(book.reputation.pending) <= 5
