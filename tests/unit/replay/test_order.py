"""One order of event time, whatever lies in which source, and nothing is lost on the way."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.replay.entry import EPOCH, Entry
from stream_app.replay.laps import TickAt, TickRule, floor, with_ticks
from stream_app.replay.order import Span, merged
from tests.factories import START, hours, minutes

RULE = TickRule(step=hours(1), entries=5, longest=timedelta(days=1))
moments = st.lists(st.integers(0, 4000), max_size=60)


def entry(minute: int, text: str = "") -> Entry:
    return Entry(START + minutes(minute), "news.raw", None, f"{minute} {text}".encode())


@given(moments, st.integers(1, 4), st.randoms(use_true_random=False))
def test_order_does_not_depend_on_how_rows_lie_in_the_sources(
    numbers: list[int], count: int, chance: random.Random
) -> None:
    entries = [entry(number, str(place)) for place, number in enumerate(numbers)]
    chance.shuffle(entries)
    sources = [entries[start::count] for start in range(count)]
    found = list(merged(sources, lateness=len(entries)))
    assert found == sorted(entries, key=lambda one: one.place)
    assert not any(one.late for one in found)


@given(moments, st.integers(0, 5))
def test_what_comes_too_late_is_marked_and_not_lost(numbers: list[int], lateness: int) -> None:
    entries = [entry(number, str(place)) for place, number in enumerate(numbers)]
    found = list(merged([entries], lateness=lateness))
    assert Counter(one.value for one in found) == Counter(one.value for one in entries)
    in_time = [one.moment for one in found if not one.late]
    assert in_time == sorted(in_time)
    frontier = EPOCH
    for one in found:
        assert one.late == (one.moment < frontier)
        frontier = max(frontier, one.moment)


def test_memory_holds_no_more_than_the_lateness() -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield entry(taken)

    source = merged([endless()], lateness=10)  # type: ignore[list-item]
    for _ in range(100):
        next(source)
    assert taken <= 111


@given(moments)
def test_tick_comes_after_all_that_is_earlier_and_before_all_that_is_not(numbers: list[int]) -> None:
    steps = list(with_ticks([entry(number) for number in sorted(numbers)], RULE))
    ticks = [step.moment for step in steps if isinstance(step, TickAt)]
    assert ticks == sorted(set(ticks))
    for place, step in enumerate(steps):
        if isinstance(step, TickAt):
            assert all(one.moment < step.moment for one in steps[:place])
            assert all(one.moment >= step.moment for one in steps[place + 1 :])
            assert floor(step.moment, RULE.step) == step.moment


@given(moments)
def test_less_than_a_day_lies_between_two_ticks(numbers: list[int]) -> None:
    lap: list[Entry] = []
    for step in with_ticks([entry(number) for number in sorted(numbers)], RULE):
        if isinstance(step, TickAt):
            lap = []
            continue
        lap.append(step)
        assert step.moment - lap[0].moment < timedelta(days=1)


def test_two_ticks_follow_the_last_entry() -> None:
    steps = list(with_ticks([entry(0), entry(61)], RULE))
    assert steps[-2:] == [TickAt(START + hours(2)), TickAt(START + hours(3))]
    assert list(with_ticks([], RULE)) == []


@pytest.mark.parametrize(("minute", "inside"), [(-1, False), (0, True), (59, True), (60, False)])
def test_span_has_its_begin_and_not_its_end(minute: int, *, inside: bool) -> None:
    assert (START + minutes(minute) in Span(START, START + hours(1))) is inside
