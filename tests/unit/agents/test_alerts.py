"""The stages of alerting, whatever fails: every alert goes out, under one id, and what is remembered comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
import pytest

from stream_app.agents.alerts_matching import Keeping
from stream_app.alerts.reading import read_subscription
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.events.alert import Alert
from stream_app.events.schema import Schema
from stream_app.events.tick import Tick
from stream_app.pipeline.records import Record
from tests.factories import RECEIVED, START
from tests.unit.agents.alert_world import AlertWorld, event_record, subscription_record
from tests.unit.agents.world import Tripwire
from tests.unit.alerts.examples import risk, sentiment, subscription

ANY = {"min_abs_polarity": 0.5}
PER_ENTITY = {"per": "entity", "seconds": 60}
WISHES = [
    subscription("plain", match=ANY),
    subscription("throttled", match=ANY, throttle=PER_ENTITY),
    subscription("quiet-desk", match=ANY, throttle={"per": "subscription", "seconds": 60}),
    subscription("digest", match=ANY, digest=60),
    subscription("steady", match=ANY, hysteresis={}),
]
RECORDS = [subscription_record(wish, offset) for offset, wish in enumerate(WISHES)]
ERRORS = [
    RuntimeError("a bug"),
    ServerUnavailable("the server is away"),
    ServerRejected("the server refuses"),
    MemoryError(),
]


def _tick(at: float) -> Tick:
    return Tick(source="test", event_time=START + timedelta(seconds=at))


def _events() -> list[Schema]:
    events: list[Schema] = [sentiment(f"a-{at}", "apple", -0.9, at=at) for at in range(0, 100, 20)]
    events += [sentiment("calm", "apple", -0.1, at=105), sentiment("b", "boeing", 0.8, at=110)]
    events += [risk("r", "toyota", at=120), sentiment("a-0", "apple", -0.9, at=0), sentiment("late", at=30)]
    return [*events, _tick(150), sentiment("again", "apple", -0.7, at=160), sentiment("a-20", at=20), _tick(1_000)]


async def _calm(batch: int = 4) -> AlertWorld:
    world = AlertWorld(RECORDS)
    await world.run(_events(), batch=batch)
    return world


def _told(alerts: Sequence[dict[str, Any]], name: str) -> list[str]:
    """Return the ids of events that a subscription's alerts tell of, each as often as it is told."""
    mine = [alert for alert in alerts if alert["subscription"] == name]
    return [
        event["event_id"]
        for alert in mine
        for event in (alert["digest"]["events"] if alert["digest"] else [alert["event"]])
    ]


async def test_the_subscriptions_get_what_they_asked_for() -> None:
    world = await _calm()
    told = {wish.name: _told(list(world.alerts().values()), wish.name) for wish in WISHES}
    told["digest"].sort(key=told["plain"].index)
    everything = ["a-0", "a-20", "a-40", "a-60", "a-80", "b", "r", "late", "again"]
    assert told == {
        "plain": everything,
        "throttled": ["a-0", "a-60", "b", "r", "again"],
        "quiet-desk": ["a-0", "a-60", "r"],
        "digest": everything,
        "steady": ["a-0", "b", "r", "again"],
    }


async def test_every_alert_stands_in_both_topics_under_its_entity() -> None:
    world = await _calm()
    for wish in WISHES:
        mine = {key: one for key, one in world.alerts().items() if one["subscription"] == wish.name}
        assert world.alerts(f"alerts.{wish.name}") == mine
    for message in world.outside.log.topics["alerts"]:
        alert = Alert.model_validate_json(message.value or b"")
        entity = alert.event.entity if alert.event.__class__.__name__ == "SentimentEvent" else alert.event.exposed  # type: ignore[union-attr]
        assert message.key == entity.id.encode()  # type: ignore[union-attr]
    assert world.outside.topics.there == {wish.name for wish in WISHES}


@pytest.mark.parametrize("batch", [1, 3, 50])
async def test_how_records_fall_into_batches_changes_no_alert(batch: int) -> None:
    assert (await _calm(batch)).alerts() == (await _calm()).alerts()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_whatever_await_fails_the_alerts_are_the_same_under_the_same_ids(error: BaseException) -> None:
    calm = await _calm()
    for at in range(1, calm.wire.steps + 1):
        world = AlertWorld(RECORDS, Tripwire(at, error))
        await world.run(_events(), batch=4)
        assert world.alerts() == calm.alerts(), f"step {at}"
        assert not world.dead_letters()


async def test_what_waiting_cures_does_not_end_the_process() -> None:
    steps = (await _calm()).wire.steps
    for at in range(1, steps + 1):
        world = AlertWorld(RECORDS, Tripwire(at, ServerUnavailable("the server is away")))
        await world.run(_events(), batch=4)
        assert world.crashes == 0, f"step {at}"


async def test_a_worker_that_takes_over_in_the_middle_remembers_throttles_and_open_digests() -> None:
    world = AlertWorld(RECORDS)
    matching = world.matching()
    await matching.handle([event_record(event, offset) for offset, event in enumerate(_events())])
    for record in world.notices():
        await world.delivery().handle([record])  # a new worker for every record
    assert world.alerts() == (await _calm()).alerts()


@pytest.mark.parametrize("last", [None, b"no JSON"], ids=["tombstone", "bad value"])
async def test_an_ended_subscription_sends_nothing_more_and_is_forgotten(last: bytes | None) -> None:
    world = AlertWorld(RECORDS)
    delivery = world.delivery()
    await world.matching().handle([event_record(event) for event in _events()[:5]])
    await delivery.handle(world.notices())
    assert {key.partition("/")[0] for key in await world.outside.state.load(0)} > {"digest"}
    ends = [Record("subscriptions", 0, 9, wish.name.encode(), last, RECEIVED) for wish in WISHES]
    before = world.alerts()
    await world.keeping().handle(ends)
    await delivery.handle(world.notices()[-len(ends) :])
    assert not await world.outside.state.load(0)
    await world.matching().handle([event_record(_tick(5_000))])
    await delivery.handle(world.notices()[-1:])
    assert world.alerts() == before


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        (b"desk", b"no JSON", "not_json"),
        (b"desk", b"[1]", "not_json"),
        (b"desk", b'{"name": "desk"}', "wrong_type"),
        (b"desk", b'{"name": "desk", "match": {}}', "wrong_type"),
        (b"desk", b'{"name": "other", "match": {"tickers": ["AAPL"]}}', "wrong_key"),
        (b"other/../desk", b'{"name": "desk", "match": {"tickers": ["AAPL"]}}', "wrong_key"),
        (b"", b'{"name": "desk", "match": {"tickers": ["AAPL"]}}', "wrong_key"),
        (None, b'{"name": "desk", "match": {"tickers": ["AAPL"]}}', "wrong_key"),
        (b"\xff\xfe", None, "wrong_key"),
        (b"news.raw", None, "wrong_key"),
        (b"x" * 201, None, "wrong_key"),
        (b"desk", b'{"name": "desk\\n", "match": {"tickers": ["AAPL"]}}', "wrong_type"),
    ],
)
async def test_a_bad_subscription_is_a_dead_letter_and_subscribes_nobody(
    key: bytes | None, value: bytes | None, kind: str
) -> None:
    good = subscription_record(subscription("good", match=ANY), 1)
    world = AlertWorld([Record("subscriptions", 0, 0, key, value, RECEIVED), good])
    await world.keep()
    assert [letter["error_kind"] for letter in world.dead_letters()] == [kind]
    assert world.outside.topics.there == {"good"}
    await world.run([sentiment("e")], batch=1)
    assert {alert["subscription"] for alert in world.alerts().values()} == {"good"}


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"throttled": {"per": "entity", "seconds": 60}}, "throttled", "did you mean throttle?"),
        ({"min_abs_polarity": 0.9}, "min_abs_polarity", "conditions stand in match"),
        ({"match": {"tickers": ["AAPL"], "min_sevrity": 0.5}}, "match.min_sevrity", "did you mean min_severity?"),
        ({"throttle": {"per": "entity", "seconds": 1, "x": 2}}, "throttle.x", "only per, seconds"),
        ({"digest": True}, "digest", "a number is wanted"),
        ({"match": {"tickers": ["AAPL"], "min_novelty": True}}, "match.min_novelty", "a number is wanted"),
    ],
    ids=str,
)
async def test_what_would_send_more_than_was_meant_is_a_dead_letter_that_says_what_to_write(
    fields: dict[str, Any], field: str, said: str
) -> None:
    """A throttle that is misspelt is no throttle, and a condition that stands beside the match is none."""
    value = orjson.dumps({"name": "desk", "match": {"tickers": ["AAPL"]}} | fields)
    world = AlertWorld([Record("subscriptions", 0, 0, b"desk", value, RECEIVED)])
    await world.keep()
    letter = world.dead_letters()[0]
    assert (letter["error_kind"], letter["field"]) == ("wrong_type", field)
    assert said in letter["message"]


async def test_a_subscription_to_a_topic_that_the_model_does_not_know_is_a_dead_letter() -> None:
    read = partial(read_subscription, labels=lambda: ("earnings", "macro"))
    world = AlertWorld([])
    asked = subscription_record(subscription("desk", match={"topics": ["weather"]}), 0)
    await Keeping(world.outlet(), read=read).handle([asked])
    (letter,) = world.dead_letters()
    assert (letter["error_kind"], letter["field"]) == ("wrong_type", "match.topics")
    assert "there are earnings, macro" in letter["message"]


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("sentiment.events", b"{}"),
        ("risk.events", b"no JSON"),
        ("clock.ticks", b'{"source": "x", "event_time": "9999-01-01T00:00:00Z"}'),
        ("sentiment.events", None),
    ],
)
async def test_a_bad_event_or_tick_is_a_dead_letter_and_the_others_go_on(topic: str, value: bytes | None) -> None:
    world = AlertWorld(RECORDS[:1])
    await world.matching().handle([Record(topic, 0, 0, b"k", value, RECEIVED), event_record(sentiment("e"), 1)])
    await world.delivery().handle(world.notices())
    assert len(world.dead_letters()) == 1
    assert len(world.alerts()) == 1


async def test_a_bad_notice_is_a_dead_letter() -> None:
    world = AlertWorld()
    await world.delivery().handle([Record("subscriptions.matches", 0, 0, b"k", b"{}", RECEIVED)])
    assert [letter["error_kind"] for letter in world.dead_letters()] == ["wrong_type"]


async def test_an_end_that_is_delivered_again_takes_nothing_from_a_subscription_that_began_after_it() -> None:
    """A worker that was killed reads an old tombstone again, when its successor has gathered for hours."""
    wish = subscription("digest", match=ANY, digest=60)
    begun = [subscription_record(wish, 0), Record("subscriptions", 0, 1, b"digest", None, RECEIVED)]
    world = AlertWorld([*begun, subscription_record(wish, 2)])
    await world.matching().handle([event_record(sentiment("e"))])
    await world.keep()
    await world.matching().handle([event_record(_tick(90))])
    await world.deliver(batch=1)
    assert [one["digest"]["count"] for one in world.alerts().values()] == [1]


async def test_an_event_that_a_digest_holds_is_not_told_alone_when_it_comes_again_after_the_digest_was_given_up() -> (
    None
):
    digest, plain = (subscription_record(subscription("desk", match=ANY, digest=one)) for one in (60, 0))
    world = AlertWorld([digest])
    await world.matching().handle([event_record(sentiment("e"))])
    world.subscriptions = [digest, plain]
    await world.matching().handle([event_record(sentiment("e")), event_record(_tick(90), 1)])
    await world.deliver(batch=1)
    assert len(world.alerts()) == 1


@pytest.mark.parametrize("last", [None, b"{}"], ids=["tombstone", "bad value"])
async def test_topics_of_ended_subscriptions_go_once_their_alerts_are_past_keeping(last: bytes | None) -> None:
    end = Record("subscriptions", 0, 7, b"plain", last, RECEIVED)
    world = AlertWorld([*RECORDS, end])
    await world.outside.ensure({"plain", "digest"})
    table = world.table()
    world.clock.instant = RECEIVED + timedelta(days=6)
    await table.sweep()
    assert world.outside.topics.there == {"plain", "digest"}
    world.clock.instant = RECEIVED + timedelta(days=8)
    await table.sweep()
    assert world.outside.topics.there == {"digest"}


async def test_a_subscription_that_came_back_keeps_its_topic() -> None:
    world = AlertWorld([RECORDS[0], Record("subscriptions", 0, 7, b"plain", None, RECEIVED), RECORDS[0]])
    await world.outside.ensure({"plain"})
    world.clock.instant = RECEIVED + timedelta(days=8)
    await world.table().sweep()
    assert world.outside.topics.there == {"plain"}


async def test_a_long_stretch_that_is_matched_again_after_a_crash_is_told_once() -> None:
    world = AlertWorld([subscription_record(subscription("digest", match=ANY, digest=60))])
    records = [event_record(sentiment(f"e-{at}", at=at), at) for at in range(400)]
    for _ in range(3):
        await world.matching().handle(records)
    end = Record("clock.ticks", 0, 0, b"t", _tick(5_000).model_dump_json().encode(), RECEIVED)
    await world.matching().handle([end])
    await world.delivery().handle(world.notices())
    assert sum(alert["digest"]["count"] for alert in world.alerts().values()) == 400


async def test_events_of_a_topic_that_was_made_anew_are_no_repeats() -> None:
    world = AlertWorld([subscription_record(subscription("once", match=ANY, throttle=PER_ENTITY))])
    await world.matching().handle([event_record(sentiment("old"), 500)])
    again = event_record(sentiment("new", at=3_600), 0)
    await world.matching().handle([replace(again, received_at=RECEIVED + timedelta(hours=1))])
    await world.delivery().handle(world.notices())
    assert _told(list(world.alerts().values()), "once") == ["old", "new"]
