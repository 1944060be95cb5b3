"""Alerts that are decided at ticks: in whatever order notices come, and whatever fails, what is sent is the same."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.alerts.facts import Event
from stream_app.alerts.order import order_of
from stream_app.alerts.trial import decided, noticed
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.events.tick import Tick
from stream_app.events.topics import MATCHES
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


def laps(count: int = 4, *, events: int = 12, late: bool = False) -> list[Lap]:
    """Return laps of events close to each other; `late` ones belong to laps before theirs."""
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
        await matching.handle([*records, *draw.sample(records, 3)])
        risks = [replace(event_record(one), judged_at=lap.tick) for one in lap.risks]
        for record in draw.sample([*risks, _tick(lap.tick), *risks[:2]], len(risks) + 3):
            await matching.handle([record])
    await matching.handle([_tick(fed[-1].tick + timedelta(seconds=LAP_SECONDS))])


async def _sent(fed: Sequence[Lap], *, seed: int = 0, batch: int = 5) -> AlertWorld:
    world = AlertWorld(RECORDS, settle=True)
    await _matched(world, fed, seed)
    await world.deliver(batch=batch)
    return world


def _said(alerts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: {name: value for name, value in one.items() if name != "processed_at"} for key, one in alerts.items()}


async def test_what_is_sent_is_what_a_trial_in_the_order_of_event_time_gives() -> None:
    fed = laps()
    events = [event for lap in fed for event in (*lap.sentiments, *lap.risks)]
    expected = {}
    for wish in WISHES:
        notices = sorted(noticed(wish, events, small_world()), key=order_of)
        alerts = [alert.model_dump(mode="json") for alert in decided(notices, end=fed[-1].tick)]
        assert alerts, wish.name
        expected |= {alert["alert_id"]: alert for alert in alerts}
    assert _said((await _sent(fed)).alerts()) == _said(expected)


@pytest.mark.parametrize("late", [False, True])
@settings(max_examples=8, deadline=None)
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
