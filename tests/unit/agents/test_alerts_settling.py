"""Alerts that are decided at ticks: in whatever order notices come, and whatever fails, what is sent is the same."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.alerts.facts import Event
from stream_app.alerts.notices import Calm, Matched
from stream_app.alerts.order import in_order, order_of, published_at
from stream_app.alerts.trial import noticed, settled
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.events.tick import Tick
from stream_app.events.topics import ALERTS, MATCHES
from stream_app.pipeline.records import Record
from tests.factories import RECEIVED, START
from tests.unit.agents.alert_world import AlertWorld, event_record, subscription_record
from tests.unit.agents.world import Tripwire
from tests.unit.alerts.examples import COMPANIES, risk, sentiment, small_world, subscription

ANY = {"min_abs_polarity": 0.3}
WISHES = [
    subscription("plain", match=ANY),
    subscription("apart", match=ANY, throttle={"per": "entity", "seconds": 1500}),
    subscription("seldom", match=ANY, throttle={"per": "subscription", "seconds": 900}),
    subscription("digest", match=ANY, digest=1200),
    subscription("slow-digest", match=ANY, digest=600, throttle={"per": "subscription", "seconds": 4000}),
    subscription("steady", match=ANY | {"direction": "adverse"}, hysteresis={"rearm": 0.9, "quiet": 2500}),
]
RECORDS = [subscription_record(wish, offset) for offset, wish in enumerate(WISHES)]
LAP_SECONDS = 3600


@dataclass(frozen=True)
class Lap:
    """What is fed before a tick: sentiment, and the risks that are judged at the tick."""

    tick: datetime
    sentiments: Sequence[Event]
    risks: Sequence[Event]


def laps(
    count: int = 4, *, events: int = 12, late: bool = False, resent: bool = False, ahead: bool = False
) -> list[Lap]:
    """Return laps of events close to each other; `late` ones belong to laps before theirs.

    `resent` events bear ids that came before, with other polarities; those `ahead` were received before they were
    published.
    """
    draw = random.Random(7)
    found = []
    for number in range(count):
        moments = [number * LAP_SECONDS + draw.randrange(0, LAP_SECONDS, 60) for _ in range(events)]
        if late and number:
            moments += [at - 1800 - LAP_SECONDS for at in moments[:4]]
        sentiments = [
            sentiment(f"s{number}-{place}", draw.choice(COMPANIES[:2]), draw.uniform(-0.9, 0.6), at=at)
            for place, at in enumerate(moments)
        ]
        if resent:
            sentiments = [one.model_copy(update={"event_id": f"s{place}"}) for place, one in enumerate(sentiments)]
        if ahead:
            early = [timedelta(seconds=draw.randrange(0, 12 * LAP_SECONDS)) for _ in sentiments]
            sentiments = [
                one.model_copy(update={"received_at": one.published_at - by})
                for one, by in zip(sentiments, early, strict=True)
            ]
        risks = [risk(f"r{number}-{place}", at=at) for place, at in enumerate(moments[::2])]
        found.append(Lap(START + timedelta(seconds=(number + 1) * LAP_SECONDS), sentiments, risks))
    return found


def _tick(moment: datetime) -> Record:
    return event_record(Tick(source="test", event_time=moment))


async def _matched(world: AlertWorld, fed: Sequence[Lap], seed: int) -> None:
    """Match in an order of chance, each lap before its tick; its risks come before, with and after the tick itself."""
    draw, matching = random.Random(seed), world.matching()
    for lap in fed:
        records = [
            event_record(one, offset) for offset, one in enumerate(draw.sample(lap.sentiments, len(lap.sentiments)))
        ]
        await matching.handle([*records, *draw.sample(records, min(3, len(records)))])
        risks = [replace(event_record(one), judged_at=lap.tick) for one in lap.risks]
        told = [*risks, _tick(lap.tick), *risks[:2]]
        for record in draw.sample(told, len(told)):
            await matching.handle([record])
    await matching.handle([_tick(fed[-1].tick + timedelta(seconds=LAP_SECONDS))])


async def _sent(fed: Sequence[Lap], *, seed: int = 0, batch: int = 5) -> AlertWorld:
    world = AlertWorld(RECORDS, settle=True)
    await _matched(world, fed, seed)
    await world.deliver(batch=batch)
    return world


def _said(alerts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: {name: value for name, value in one.items() if name != "processed_at"} for key, one in alerts.items()}


def _last(world: AlertWorld) -> dict[str, dict[str, Any]]:
    """Return what was written last under each id: an event that comes again says something else."""
    alerts = [orjson.loads(message.value or b"") for message in world.outside.log.topics[ALERTS.name]]
    return {alert["alert_id"]: alert for alert in alerts}


def _tried(fed: Sequence[Lap]) -> dict[str, dict[str, Any]]:
    """Return what a trial of all subscriptions at once gives, under the ids; the last of an id as its run keeps it."""
    events = [event for lap in fed for event in (*lap.sentiments, *lap.risks)]
    found = sorted(noticed(WISHES, events, small_world()), key=published_at)
    placed = (one for _, of_instant in groupby(found, key=published_at) for one in in_order(list(of_instant)))
    alerts = settled(placed, [lap.tick for lap in fed])
    return {alert.alert_id: alert.model_dump(mode="json") for alert in alerts}


def test_order_of_an_instant_is_that_of_each_notice_alone() -> None:
    """Within each subscription: what is said by two events of one id in one instant too, and each once."""
    for polarities in ((-0.9, 0.1, -0.4), (-0.9, -0.8, -0.7)):
        for ids in (("c", "a", "b"), ("a", "b", "a")):
            events = [sentiment(one, polarity=value) for one, value in zip(ids, polarities, strict=True)]
            found = list(noticed(WISHES, [*events, *(events if len(set(ids)) < len(ids) else [])], small_world()))
            expected = [one for _, one in sorted({order_of(one): one for one in found}.items())]
            for wish in WISHES:
                own = [one for one in in_order(found) if _name(one) == wish.name]
                assert own == [one for one in expected if _name(one) == wish.name]


def _name(notice: Matched | Calm) -> str:
    return notice.terms.name if isinstance(notice, Matched) else notice.subscription


@pytest.mark.parametrize("fed", [laps(), laps(7, events=3), laps(6, resent=True), laps(6, ahead=True)])
async def test_what_is_sent_is_what_a_trial_at_the_same_ticks_gives(fed: Sequence[Lap]) -> None:
    expected = _tried(fed)
    assert {alert["subscription"] for alert in expected.values()} == {wish.name for wish in WISHES}
    assert _said(_last(await _sent(fed))) == _said(expected)


async def test_digest_closes_at_the_tick_though_a_later_event_was_received_before_its_end() -> None:
    """An event of after the tick that came before the digest's end: without ticks it would be one of the digest."""
    before, after = sentiment("before", at=3000), sentiment("after", at=3900, received_at=START + timedelta(minutes=55))
    ticks = [START + timedelta(hours=hour, minutes=10) for hour in (1, 2)]
    fed = [Lap(ticks[0], [before], []), Lap(ticks[1], [after.model_copy(update={"published_at": ticks[0]})], [])]
    digests = [alert["digest"]["count"] for alert in _tried(fed).values() if alert["subscription"] == "digest"]
    assert digests == [1, 1]
    assert _said((await _sent(fed)).alerts()) == _said(_tried(fed))


@pytest.mark.parametrize("late", [False, True])
@settings(max_examples=8)
@given(seed=st.integers(), batch=st.integers(1, 60))
def test_neither_the_order_of_arrival_nor_batches_change_what_is_sent(seed: int, batch: int, *, late: bool) -> None:
    golden, other = (asyncio.run(_sent(laps(late=late), seed=one, batch=of)) for one, of in ((0, 7), (seed, batch)))
    assert other.alerts() == golden.alerts()
    assert not other.dead_letters()


@pytest.mark.parametrize(
    "error", [RuntimeError("a bug"), ServerUnavailable("away"), ServerRejected("refuses"), MemoryError()], ids=type
)
async def test_whatever_await_fails_the_alerts_are_the_same_under_the_same_ids(error: BaseException) -> None:
    matched = AlertWorld(RECORDS)
    await _matched(matched, laps(2, events=4), seed=1)

    async def delivered(wire: Tripwire) -> AlertWorld:
        world = AlertWorld(wire=wire, settle=True)
        world.outside.log.topics[MATCHES.name] = matched.outside.log.topics[MATCHES.name]
        await world.deliver(batch=20)
        return world

    calm = await delivered(Tripwire())
    assert calm.alerts()
    for at in range(1, calm.wire.steps + 1):
        world = await delivered(Tripwire(at, error))
        assert world.alerts() == calm.alerts(), f"step {at}"
        assert not world.dead_letters()


async def test_a_worker_that_takes_over_in_the_middle_knows_what_waits() -> None:
    world = AlertWorld(RECORDS, settle=True)
    await _matched(world, laps(2, events=6), seed=3)
    for record in world.notices():
        await world.delivery().handle([record])  # a new worker for every record
    assert world.alerts() == (await _sent(laps(2, events=6))).alerts()
    assert not [key for key in await world.outside.state.load(0) if key.startswith("/") and key != "/clock"]


async def test_a_risk_that_is_judged_at_a_tick_waits_for_the_next_one() -> None:
    world = AlertWorld(RECORDS[:1], settle=True)
    matching, delivery = world.matching(), world.delivery()
    hours = [START + timedelta(hours=number) for number in range(4)]
    await matching.handle([_tick(hours[1])])
    await matching.handle([replace(event_record(risk("r")), judged_at=hours[2]), _tick(hours[2])])
    await delivery.handle(world.notices())
    assert not world.alerts()
    await matching.handle([_tick(hours[3])])
    await delivery.handle(world.notices()[-1:])
    assert len(world.alerts()) == 1


async def test_an_ended_subscription_is_not_told_of_what_waited() -> None:
    world = AlertWorld(RECORDS[:1], settle=True)
    await world.matching().handle([event_record(sentiment("e"))])
    await world.keeping().handle([Record("subscriptions", 0, 9, b"plain", None, RECEIVED)])
    for hour in (1, 2, 3):
        await world.matching().handle([_tick(START + timedelta(hours=hour))])
    await world.delivery().handle(world.notices())
    assert not world.alerts()


async def test_what_cannot_be_decided_is_a_dead_letter_and_the_others_are_sent() -> None:
    world = AlertWorld(RECORDS[:1], settle=True)
    await world.matching().handle([event_record(sentiment("e"))])
    bad = Record("subscriptions.matches", 0, 1, b"k", b"{}", RECEIVED)
    for hour in (1, 2):
        await world.matching().handle([_tick(START + timedelta(hours=hour))])
    first, *ticks = world.notices()
    await world.delivery().handle([first, bad, *(replace(one, offset=one.offset + 1) for one in ticks)])
    assert [letter["error_kind"] for letter in world.dead_letters()] == ["wrong_type"]
    assert len(world.alerts()) == 1
