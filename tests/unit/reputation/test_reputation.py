"""Whom to believe: a record is earned slowly and lost fast, and a crowd of strangers is worth a few voices."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.voice import Grade
from stream_app.reputation import Reputation, claim_of, credibility, observe, weighed_hour
from stream_app.reputation.claim import MICRO, micros
from stream_app.reputation.crowd import CROWD
from stream_app.reputation.record import MOST_VOICES
from stream_app.reputation.standing import PRIORS, Standing, trust
from stream_app.reputation.verdicts import MOST_VERDICTS
from stream_app.rollups.step import absorb, advance
from tests.factories import START, hours, minutes, post, sentiment_event

WIRE, KNOWN, STRANGER = 0.8, 0.5, 0.1
DAY = timedelta(days=1)


def seen(events: Iterable[SentimentEvent], *, until: float = 0.0) -> Reputation:
    """Return what is known after these events, `until` so many days after the start."""
    state = Reputation()
    for event in sorted(events, key=lambda event: event.published_at):
        state = observe(state, [claim_of(event)], clock=micros(event.published_at))
    return observe(state, (), clock=micros(START + until * DAY)) if until else state


def pump(bots: int, *, stories: int = 1, first: int = 1_000, at: datetime = START) -> list[SentimentEvent]:
    """Return posts of fresh accounts within minutes, all in praise."""
    return [
        post(
            first + number, at=at + timedelta(seconds=5 + number * 3), handle=f"bot{number}", followers=number % 30,
            polarity=0.95, story_id=f"pump-{number % stories}", novelty=0.75 ** min(number // stories, 16),
        )
        for number in range(bots)
    ]  # fmt: skip


def total_weight(events: Sequence[SentimentEvent]) -> float:
    state = seen(events)
    return sum(one.amount for hour in state.hours for one in weighed_hour(state, hour).values()) / MICRO


def test_unknown_voices_have_the_prior_of_their_kind() -> None:
    assert credibility(sentiment_event(), Reputation()) == WIRE
    assert credibility(post(followers=50_000), Reputation()) == KNOWN
    assert credibility(post(followers=3), Reputation()) == STRANGER
    assert credibility(post(), Reputation()) == STRANGER


@pytest.mark.parametrize("stories", [1, 5, 50])
def test_fifty_bots_move_the_score_less_than_one_wire_report(stories: int) -> None:
    """The wire says bad, fifty fresh accounts say good: plainly counted the bots win, by credibility the wire does."""
    wire = sentiment_event(1, polarity=-0.8)
    book = absorb(None, [wire, *pump(50, stories=stories)], time=0).book
    (hour,) = (one for one in advance(book, time=micros(START + DAY)).rollups if one.window == "1h")
    assert hour.documents == 51
    assert hour.mean_polarity is not None
    assert hour.mean_polarity > 0.9
    assert hour.credible_polarity is not None
    assert hour.credible_polarity < 0
    assert total_weight(pump(50, stories=stories)) < total_weight([wire])


@settings(max_examples=20)
@given(st.integers(1, 400), st.integers(1, 400))
def test_no_number_of_strangers_of_one_opinion_outweighs_one_wire_report(bots: int, stories: int) -> None:
    weight = total_weight(pump(bots, stories=stories))
    assert weight < 2 * CROWD * STRANGER < WIRE


@settings(max_examples=20)
@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_what_comes_later_does_not_change_what_an_earlier_claim_weighs(rng: random.Random, count: int) -> None:
    events = pump(count, stories=rng.randint(1, 9))
    given_then = {}
    state = Reputation()
    for event in events:
        given_then[event.event_id] = credibility(event, state)
        state = observe(state, [claim_of(event)], clock=micros(event.published_at))
    assert {event.event_id: credibility(event, state) for event in events} == given_then


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_credibility_is_a_share(rng: random.Random) -> None:
    made = (sentiment_event, post)
    events = [
        rng.choice(made)(
            n, at=START + minutes(rng.uniform(0, 9 * 24 * 60)), polarity=round(rng.uniform(-1, 1), 3),
            source=f"source {rng.randrange(3)}",
        )
        for n in range(60)
    ]  # fmt: skip
    state = seen(events)
    assert all(0 <= credibility(event, state) <= 1 for event in events)


def _history(source: str, *, right: bool, days: int = 12) -> list[SentimentEvent]:
    """Return days, three apart, on which the source speaks first and three wires follow, who agree with it or not."""
    events = []
    for day in range(days):
        at, polarity = START + 3 * day * DAY, (0.6 if day % 2 else -0.6)
        said = polarity if right else -polarity
        events.append(sentiment_event(day * 10, at=at, source=source, polarity=said))
        events += [
            sentiment_event(day * 10 + n, at=at + minutes(30 * n), source=f"wire {n}", polarity=polarity)
            for n in (1, 2, 3)
        ]
    return events


def test_who_is_first_and_right_gains_and_who_is_wrong_loses_more() -> None:
    after = sentiment_event(999, at=START + 45 * DAY, source="Oracle")
    good = credibility(after, seen(_history("Oracle", right=True), until=45))
    bad = credibility(after, seen(_history("Oracle", right=False), until=45))
    assert good > WIRE > bad
    assert WIRE - bad > good - WIRE
    last = sentiment_event(999, at=START + 45 * DAY, source="wire 3")
    assert credibility(last, seen(_history("Oracle", right=True), until=45)) == WIRE


def test_who_copies_gains_less_than_who_is_first() -> None:
    first = _history("Oracle", right=True)
    copied = [event.model_copy(update={"novelty": 0.3}) if event.source == "Oracle" else event for event in first]
    after = sentiment_event(999, at=START + 45 * DAY, source="Oracle")
    assert credibility(after, seen(first, until=45)) > credibility(after, seen(copied, until=45)) > WIRE


def test_a_verdict_counts_only_once_no_late_document_can_change_it() -> None:
    history = _history("Oracle", right=False, days=1)
    state = seen(history, until=3.9)
    at_two, at_three = (sentiment_event(99, at=START + days * DAY, source="Oracle") for days in (2, 3))
    assert credibility(at_two, state) == WIRE
    assert credibility(at_three, state) < WIRE


def test_bots_do_not_vouch_for_each_other() -> None:
    state = seen(pump(200, stories=200), until=10)
    assert not state.standings
    assert all(not verdicts for verdicts in state.pending.values())


@pytest.mark.parametrize("hours", [3, 6, 20])
def test_bots_vouch_neither_for_each_other_nor_against_a_wire_in_however_many_hours(hours: int) -> None:
    wire = sentiment_event(1, polarity=-0.8)
    pumps = [pump(50, stories=50, first=1_000 * (hour + 1), at=START + timedelta(hours=hour)) for hour in range(hours)]
    state = seen([wire, *(one for some in pumps for one in some)], until=10)
    assert not state.standings


def test_strangers_of_two_opinions_vouch_neither_for_each_other_nor_against_a_wire() -> None:
    """Half praise and half say nothing much: together they have the weight of a wire, and their mean is clear."""
    wire = sentiment_event(1, polarity=-0.8)
    sides = [
        post(1_000 * side + n, at=START + timedelta(seconds=5 + 7 * n), handle=f"bot{side}-{n}", followers=3,
             polarity=polarity, story_id=f"{side}-{n % 60}", novelty=0.75 ** (n // 60))
        for side, polarity in ((1, 0.95), (2, 0.04)) for n in range(300)
    ]  # fmt: skip
    assert not seen([wire, *sides], until=10).standings


@pytest.mark.parametrize("posts", [1, 2, 50])
def test_one_account_is_no_consensus_and_less_than_one_wire_report_however_often_it_speaks(posts: int) -> None:
    wire = sentiment_event(1, polarity=-0.8)
    loud = [post(10 + n, at=START + minutes(1 + n), handle="loud", followers=1_000, polarity=0.9) for n in range(posts)]
    assert total_weight(loud) < WIRE
    assert not seen([wire, *loud], until=10).standings


def test_who_says_in_other_words_what_a_wire_said_before_earns_less_than_the_wire() -> None:
    """Novelty is of words: whoever tells in his own words what everybody knows would else be right for nothing."""
    events = [sentiment_event(n, at=START + minutes(30 * n), source=f"wire {n}") for n in range(4)]
    echo = post(9, at=START + minutes(10), handle="echo")
    standings = seen([*events, echo], until=10).standings
    assert standings["wire 0"].right == MICRO
    assert standings["social@echo"].right <= MICRO / 2
    assert standings["wire 0"].right > standings["wire 1"].right > standings["wire 2"].right


def test_verdicts_of_a_day_that_everybody_talks_through_are_few_and_the_wires_are_among_them() -> None:
    at, many = START - minutes(20), 2 * MOST_VERDICTS
    posts = [claim_of(post(n, at=at + timedelta(seconds=n / 9), handle=f"a{n}", polarity=0.8)) for n in range(many)]
    wires = [claim_of(sentiment_event(9_000 + n, at=START + minutes(n), source=f"wire {n}")) for n in range(3)]
    state = observe(Reputation(), [*posts, *wires], clock=micros(START))
    (verdicts,) = observe(state, (), clock=micros(START + 3 * DAY)).pending.values()
    assert len(verdicts) == MOST_VERDICTS
    assert {"wire 0", "wire 1"} <= verdicts.keys()


def test_a_flood_of_liars_does_not_wash_the_record_of_a_wire() -> None:
    liar = _history("Oracle", right=False, days=1)
    next_day = START + 4 * DAY
    flood = [
        post(1_000 + n, at=next_day + timedelta(seconds=n), handle=f"liar{n}", polarity=-0.9)
        for n in range(MOST_VOICES + 1)
    ]
    truth = [sentiment_event(9_000 + n, at=next_day + hours(1 + n), source=f"wire {n}", polarity=0.9) for n in (1, 2)]
    claims = [claim_of(event) for event in (*flood, *truth)]
    state = observe(seen(liar), claims, clock=micros(next_day))
    for day in (7, 10):
        state = observe(state, (), clock=micros(START + day * DAY))
    assert len(state.standings) == MOST_VOICES
    assert state.standings["oracle"].wrong == MICRO


def test_a_stranger_who_is_often_right_is_believed_more_and_stands_out_of_the_crowd() -> None:
    history = [
        post(event_number(event), at=event.published_at, handle="sage", followers=12, polarity=event.polarity)
        if event.source == "Oracle" else event
        for event in _history("Oracle", right=True)
    ]  # fmt: skip
    at = START + 45 * DAY + minutes(30)
    state = seen(history, until=45)
    crowd = [claim_of(post(n, at=at - minutes(5), story_id=f"other {n}", polarity=0.9)) for n in range(500, 540)]
    crowded = observe(state, crowd, clock=micros(at))
    said = post(999, at=at, handle="sage", followers=12, polarity=0.9)
    nobody = post(998, at=at, handle="nobody", followers=12, polarity=0.9)
    assert credibility(said, crowded) > 3 * STRANGER
    assert credibility(nobody, crowded) < STRANGER / 10


def event_number(event: SentimentEvent) -> int:
    return int(event.event_id.rpartition("-")[2])


def test_a_record_fades() -> None:
    state = seen(_history("Oracle", right=False), until=45)
    soon, later = (sentiment_event(1, at=START + days * DAY, source="Oracle") for days in (45, 400))
    assert credibility(soon, state) < credibility(later, state) < WIRE


@given(st.sampled_from(Grade), st.integers(0, 10**9), st.integers(0, 10**9))
def test_being_right_never_lowers_trust_and_being_wrong_never_raises_it(grade: Grade, right: int, wrong: int) -> None:
    known = Standing(right, wrong)
    assert 0 <= trust(grade, known) <= MICRO
    assert trust(grade, Standing(right, wrong + MICRO)) <= trust(grade, known)
    if grade is not Grade.STRANGER:
        assert trust(grade, Standing(right + MICRO, wrong)) >= trust(grade, known)
    alpha, beta = PRIORS[grade]
    assert trust(grade, Standing()) == alpha * MICRO // (alpha + beta)
