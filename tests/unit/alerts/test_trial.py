"""What a subscription sends: throttle, hysteresis and digest in event time, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from stream_app.alerts.book import AlertBook
from stream_app.alerts.facts import Event
from stream_app.alerts.matcher import Matcher
from stream_app.alerts.matching import notices_of
from stream_app.alerts.notices import Reached
from stream_app.alerts.reading import read_event, read_subscription
from stream_app.alerts.trial import trial
from stream_app.events.alert import Alert
from stream_app.events.subscription import Subscription
from stream_app.pipeline.records import Record
from tests.factories import RECEIVED, START
from tests.unit.alerts.examples import COMPANIES, risk, seconds_after, sentiment, small_world, subscription

AFFILIATE = small_world()
OVER = {"min_abs_polarity": 0.5}


def told(events: Sequence[Event], **wish: Any) -> list[str]:
    """Return the ids of the events that were sent, in order."""
    return [alert.event.event_id for alert in trial(subscription(match=OVER, **wish), events, AFFILIATE)]


def series(*polarities: float, every: float = 10) -> list[Event]:
    """Return events of Apple with these polarities, named by their place."""
    return [sentiment(str(place), polarity=value, at=place * every) for place, value in enumerate(polarities)]


def test_without_terms_each_event_that_matches_is_sent() -> None:
    assert told(series(-0.9, 0.1, -0.5, 0.6)) == ["0", "2", "3"]


def test_an_entity_that_hovers_around_the_threshold_alerts_once() -> None:
    assert told(series(-0.51, -0.49, -0.52, -0.45, -0.6), hysteresis={}) == ["0"]


def test_an_entity_that_was_clearly_below_alerts_again() -> None:
    assert told(series(-0.6, -0.39, -0.6, -0.6), hysteresis={}) == ["0", "2"]


def test_news_that_is_neither_good_nor_bad_is_calm_and_a_text_without_a_score_is_not() -> None:
    assert told(series(-0.6, 0.0, -0.6), hysteresis={}) == ["0", "2"]
    unscored = sentiment("none", polarity=None, at=10)
    assert told([sentiment("0"), unscored, sentiment("2", at=20)], hysteresis={}) == ["0"]


def test_a_quiet_entity_alerts_again() -> None:
    assert told(series(-0.6, -0.6, -0.6, every=100), hysteresis={"quiet": 101}) == ["0"]
    assert told(series(-0.6, -0.6, -0.6, every=100), hysteresis={"quiet": 100}) == ["0", "1", "2"]


def test_a_turn_to_the_other_side_is_told_at_once_and_is_calm_for_the_first() -> None:
    assert told(series(-0.6, 0.6, -0.6, -0.6), hysteresis={}) == ["0", "1", "2"]


def test_the_calm_of_one_entity_says_nothing_of_another() -> None:
    events = [sentiment("a"), sentiment("calm", "boeing", 0.0, at=5), sentiment("b", at=10)]
    assert told(events, hysteresis={}) == ["a"]


def test_risks_and_sentiment_hover_apart() -> None:
    events: list[Event] = [sentiment("s"), risk("r", at=1), sentiment("s2", at=2), risk("r2", at=3)]
    assert told(events, hysteresis={}) == ["s", "r"]


def test_a_throttle_per_entity_lets_others_pass_and_one_of_the_subscription_does_not() -> None:
    events = [sentiment(f"{name}-{at}", name, at=at) for at in (0, 30, 60) for name in COMPANIES[:2]]
    assert told(events, throttle={"per": "entity", "seconds": 60}) == ["apple-0", "boeing-0", "apple-60", "boeing-60"]
    assert told(events, throttle={"per": "subscription", "seconds": 60}) == ["apple-0", "apple-60"]


def test_an_entity_whose_first_alert_the_subscriptions_throttle_dropped_is_told_when_it_may_be() -> None:
    events = [sentiment("apple", at=0)] + [sentiment(f"boeing-{at}", "boeing", at=at) for at in (30, 70, 140)]
    assert told(events, hysteresis={}, throttle={"per": "subscription", "seconds": 60}) == ["apple", "boeing-70"]
    assert told(events, hysteresis={}, throttle={"per": "entity", "seconds": 60}) == ["apple", "boeing-30"]


def test_a_document_that_claims_to_be_of_later_than_it_was_received_silences_nobody() -> None:
    events = [sentiment("ahead", at=80_000, received_at=START), sentiment("next", at=120)]
    assert told(events, throttle={"per": "entity", "seconds": 60}) == ["ahead", "next"]


MOMENTS = st.lists(st.integers(0, 1_000), min_size=1, max_size=30)


@given(MOMENTS, st.sampled_from(["entity", "subscription"]), st.integers(1, 200))
def test_a_throttle_keeps_its_distance_in_whatever_order_events_come(at: list[int], per: str, seconds: int) -> None:
    events = [sentiment(str(place), at=moment) for place, moment in enumerate(at)]
    wish = subscription(match=OVER, throttle={"per": per, "seconds": seconds})
    sent = sorted(seconds_after(alert.published_at) for alert in trial(wish, events))
    assert sent
    assert all(later - earlier >= seconds for earlier, later in pairwise(sent))


@pytest.mark.parametrize("per", ["entity", "subscription"])
def test_a_late_event_that_keeps_its_distance_is_told_however_many_were_told_since(per: str) -> None:
    throttle = {"per": per, "seconds": 60}
    on_time = [sentiment(str(at), at=at) for at in range(7_200, 7_200 + 100 * 60, 60)]
    late = [sentiment(str(at), at=at) for at in (3_600, 3_630, 7_170, 0)]
    told = [alert.event.event_id for alert in trial(subscription(match=OVER, throttle=throttle), [*on_time, *late])]
    assert told == [*(one.event_id for one in on_time), "3600", "0"]


def test_what_is_remembered_of_a_dense_throttle_has_an_end_before_which_nothing_is_told() -> None:
    events = [sentiment(str(at), at=at) for at in (*range(1_000, 1_300), 900)]
    wish = subscription(match=OVER, throttle={"per": "subscription", "seconds": 1})
    assert [alert.event.event_id for alert in trial(wish, events)] == [str(at) for at in range(1_000, 1_300)]


@given(MOMENTS, st.integers(1, 300))
def test_every_event_is_in_one_digest(at: list[int], digest: int) -> None:
    events = [sentiment(str(place), at=moment) for place, moment in enumerate(at)]
    alerts = list(trial(subscription(match=OVER, digest=digest), events))
    inside = [event.event_id for alert in alerts for event in _digested(alert)]
    assert sorted(inside) == sorted(event.event_id for event in events)
    assert len({alert.alert_id for alert in alerts}) == len(alerts)


def _digested(alert: Alert) -> Sequence[Any]:
    assert alert.digest is not None
    assert alert.digest.count == len(alert.digest.events)
    return alert.digest.events


def test_a_tick_that_is_delivered_again_closes_no_digest_that_a_late_event_opened_after_it() -> None:
    matcher = Matcher()
    matcher.put(subscription(match=OVER, digest=60))
    notices = [
        Reached(event_time=START + timedelta(seconds=90)),
        *(one for at in (0, 5) for one in notices_of(sentiment(f"late-{at}", at=at), matcher, AFFILIATE)),
        Reached(event_time=START + timedelta(seconds=100)),
    ]
    book = AlertBook()
    for offset in (0, 1, 0, 1, 2):
        assert not book.apply(notices[offset], offset, processed_at=RECEIVED).alerts
    (alert,) = book.apply(notices[3], 3, processed_at=RECEIVED).alerts
    assert len(_digested(alert)) == 2


def test_a_digest_tells_how_many_and_shows_the_strongest() -> None:
    events = [sentiment("weak", polarity=-0.6), sentiment("strong", "boeing", 0.95, at=20), sentiment("next", at=61)]
    first, second = trial(subscription(match=OVER, digest=60), events)
    assert first.event.event_id == "strong"
    assert first.reason == (
        "2 events published from 2026-03-02 08:00:00 to 2026-03-02 08:00:20 UTC. "
        "The strongest: Boeing: its polarity of +0.95 is at least 0.5 in size."
    )
    assert [one.event_id for one in _digested(first)] == ["strong", "weak"]
    assert second.event.event_id == "next"


def test_a_digest_says_from_when_its_events_are_also_where_some_came_late() -> None:
    events = [sentiment("first", at=3_600), sentiment("late"), sentiment("last", at=3_630)]
    (alert,) = trial(subscription(match=OVER, digest=60), events)
    assert alert.reason.startswith("3 events published from 2026-03-02 08:00:00 to 2026-03-02 09:00:30 UTC. ")


@settings(max_examples=5)
@given(order=st.permutations(range(1, 150)))
def test_a_digest_counts_more_than_it_names_and_names_the_strongest(order: list[int]) -> None:
    """The first one stays, however weak: it names the alert."""
    sizes = [0, *order]
    events = [sentiment(str(size), polarity=-0.6 - size / 1000, at=at) for at, size in enumerate(sizes)]
    (alert,) = trial(subscription(match=OVER, digest=600), events)
    assert alert.digest is not None
    assert alert.digest.count == 150
    assert [int(one.event_id) for one in alert.digest.events] == [*range(149, 50, -1), 0]
    assert alert.event.event_id == "149"


def test_a_throttled_subscription_gathers_for_longer_instead_of_dropping() -> None:
    events = [sentiment(str(at), at=at) for at in range(0, 400, 20)]
    throttle = {"per": "subscription", "seconds": 200}
    alerts = list(trial(subscription(match=OVER, digest=60, throttle=throttle), events))
    assert [alert.digest.closed_at for alert in alerts if alert.digest] == [
        START.replace(minute=minute, second=second) for minute, second in ((1, 0), (4, 20), (7, 40))
    ]
    assert sum(alert.digest.count for alert in alerts if alert.digest) == len(events)


def test_a_digest_that_a_long_throttle_held_back_begins_that_throttle_anew() -> None:
    """Ticks come each day, so that memory is swept: what was sent late is remembered from when it was sent."""
    day = 86_400
    wish = subscription(match=OVER, digest=3600, throttle={"per": "subscription", "seconds": 10 * day})
    matcher, book = Matcher(), AlertBook()
    matcher.put(wish)
    closed = []
    for offset in range(30):
        moment = START + timedelta(days=offset)
        (notice,) = notices_of(sentiment(str(offset), at=offset * day), matcher, AFFILIATE)
        for one in (notice, Reached(event_time=moment + timedelta(hours=2))):
            closed += book.apply(one, 2 * offset + (one is not notice), processed_at=RECEIVED).alerts
    moments = [alert.digest.closed_at for alert in closed if alert.digest]
    assert len(moments) == 3
    assert all(later - earlier >= timedelta(days=10) for earlier, later in pairwise(moments))


@pytest.mark.parametrize(
    "terms",
    [
        {"throttle": {"per": "entity", "seconds": 10**12}},
        {"digest": 10**12},
        {"hysteresis": {"quiet": 10**15}},
    ],
    ids=str,
)
def test_seconds_that_no_date_can_hold_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="less than or equal to"):
        subscription(match=OVER, **terms)


def test_a_reason_names_each_condition_that_held_with_its_figure() -> None:
    match = {
        "tickers": ["appl"],
        "industries": ["technology-hardware", "airlines"],
        "countries": ["us"],
        "direction": "adverse",
        "min_abs_polarity": 0.5,
        "min_novelty": 0.2,
    }
    (alert,) = trial(subscription(match=match), [sentiment("e", polarity=-0.89)], AFFILIATE)
    assert alert.reason == (
        "Apple: its ticker is appl, it is in the industry technology-hardware, it is in the country us, its "
        "polarity of -0.89 is adverse and at least 0.5 in size and its novelty of 1.00 is at least 0.2."
    )


def test_a_reason_for_a_risk_names_its_figures() -> None:
    match = {"kinds": ["risk"], "min_probability": 0.3, "min_severity": 0.2}
    (alert,) = trial(subscription(match=match), [risk("r", probability=0.44)], AFFILIATE)
    assert alert.reason == (
        "Risk to Apple: this is a risk event, its probability of 0.44 is at least 0.3 and its severity of 0.30 is at "
        "least 0.2."
    )


@pytest.mark.parametrize(("severity", "said"), [(0.014, "0.014"), (0.0123456, "0.0123"), (0.3, "0.30")])
def test_a_reason_shows_as_many_digits_as_it_takes_to_see_that_the_threshold_was_reached(
    severity: float, said: str
) -> None:
    (alert,) = trial(subscription(match={"min_severity": 0.0121}), [risk("r", severity=severity)], AFFILIATE)
    assert alert.reason == f"Risk to Apple: its severity of {said} is at least 0.0121."


TERMS = st.fixed_dictionaries(
    {},
    optional={
        "throttle": st.builds(
            lambda per, seconds: {"per": per, "seconds": seconds},
            st.sampled_from(["entity", "subscription"]),
            st.integers(0, 100),
        ),
        "hysteresis": st.just({"quiet": 50}),
        "digest": st.integers(0, 100),
    },
)
EVENTS = st.lists(
    st.builds(
        lambda number, company, polarity, at: sentiment(f"e-{number}", company, polarity, at=at),
        st.integers(0, 9),
        st.sampled_from(COMPANIES[:2]),
        st.sampled_from([-0.9, -0.45, 0.1, 0.7]),
        st.integers(0, 400),
    ),
    max_size=15,
)


@given(TERMS, EVENTS)
def test_a_book_that_is_written_and_read_again_after_each_notice_gives_the_same_alerts(
    terms: dict[str, Any], events: list[Event]
) -> None:
    wish = subscription(match=OVER, **terms)
    assert _with_restarts(wish, events, 1) == _with_restarts(wish, events, 10_000)


def _with_restarts(wish: Subscription, events: Sequence[Event], every: int) -> list[Alert]:
    matcher, book = Matcher(), AlertBook()
    saved: dict[str, bytes] = {}
    matcher.put(wish)
    notices = [one for event in events for one in notices_of(event, matcher, AFFILIATE)]
    alerts: list[Alert] = []
    for offset, notice in enumerate(notices):
        alerts.extend(book.apply(notice, offset, processed_at=RECEIVED).alerts)
        if offset % every == 0:
            merged: dict[str, bytes | None] = {**saved, **book.changes()}
            saved = {key: value for key, value in merged.items() if value is not None}
            book = AlertBook(saved)
    return alerts


def test_a_book_forgets_what_cannot_matter_any_more() -> None:
    matcher, book = Matcher(), AlertBook()
    matcher.put(subscription(match=OVER, throttle={"per": "entity", "seconds": 60}))
    for offset, (company, day) in enumerate([("apple", 0), ("boeing", 3)]):
        (notice,) = notices_of(sentiment(company, company, at=day * 86_400), matcher, AFFILIATE)
        book.apply(notice, offset, processed_at=RECEIVED)
    assert {key: value is None for key, value in book.changes().items()} == {
        "desk/company:apple": True,
        "desk/company:boeing": False,
    }


@given(st.binary(max_size=40) | st.none(), st.binary(max_size=80) | st.none(), st.sampled_from(["clock.ticks", "x"]))
def test_reading_raises_for_no_bytes_whatever(key: bytes | None, value: bytes | None, topic: str) -> None:
    record = Record(topic, 0, 0, key, value, RECEIVED)
    assert read_subscription(record) is not None
    assert read_event(record) is not None
