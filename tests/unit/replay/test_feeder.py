"""The feeder keeps its distance, waits at ticks, stands still when asked, and outlasts a broker that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from stream_app.errors import ConfigurationError, ServerUnavailable
from stream_app.pipeline.ports import Message
from stream_app.replay.entry import EPOCH
from stream_app.replay.feeder import Feeder, FeedRules
from stream_app.replay.pace import Pace, parse_speed
from stream_app.replay.preparing import Item
from tests.factories import START, minutes

TICK = "clock.ticks"


class Workers:
    """A log whose readers finish some records at each look."""

    def __init__(self, *, at_a_look: int) -> None:
        self.written: list[str] = []
        self.behind = self.most_behind = self.failures = 0
        self._at_a_look = at_a_look
        self.behind_at_ticks: list[int] = []

    async def send(self, messages: Sequence[Message]) -> None:
        if self.failures:
            self.failures -= 1
            raise ServerUnavailable("the broker is away")
        for message in messages:
            if message.topic == TICK:
                self.behind_at_ticks.append(self.behind)
            self.written.append(message.topic)
        self.behind += len(messages)
        self.most_behind = max(self.most_behind, self.behind)

    async def read(self) -> int:
        self.behind = max(0, self.behind - self._at_a_look)
        return self.behind


def items(count: int, *, ticks_every: int = 10_000) -> list[Item]:
    found = []
    for number in range(count):
        moment = START + minutes(number)
        found.append(Item(moment, (Message("news.raw", None, b"{}"),)))
        if (number + 1) % ticks_every == 0:
            found.append(Item(moment, (Message(TICK, None, b"{}"),), is_tick=True))
    return found


def feeder(
    workers: Workers, *, ahead: int = 10, speed: float | None = None, paused: list[bool] | None = None
) -> Feeder:
    answers = iter(paused or ())
    rules = FeedRules(ahead, at_ticks=True)
    return Feeder(workers, workers, Pace(speed), rules=rules, paused=lambda: next(answers, False))


@pytest.mark.parametrize("ahead", [1, 4, 50])
async def test_feeder_is_never_further_ahead_than_stated(ahead: int) -> None:
    workers = Workers(at_a_look=3)
    one = feeder(workers, ahead=ahead)
    await one.feed(iter(items(60)))
    assert workers.most_behind <= ahead
    assert len(workers.written) == 60
    assert (one.progress.taken, one.progress.unfinished) == (60, 0)


async def test_everything_is_finished_before_a_tick_and_the_tick_before_what_follows() -> None:
    workers = Workers(at_a_look=2)
    await feeder(workers).feed(iter(items(40, ticks_every=9)))
    assert workers.behind_at_ticks == [0, 0, 0, 0]
    assert workers.written.index(TICK) == 9


async def test_feeder_looks_seldom_while_much_is_left() -> None:
    workers = Workers(at_a_look=900)
    began = asyncio.get_running_loop().time()
    await feeder(workers, ahead=4_000).feed(iter(items(1_000)))
    # of 1,000 records 100 are left at the first look: a tenth of a second is the soonest that they may be done
    assert workers.behind == 0
    assert asyncio.get_running_loop().time() - began >= 0.1


async def test_paused_feeder_feeds_nothing_until_it_goes_on() -> None:
    workers = Workers(at_a_look=100)
    await feeder(workers, paused=[True, True]).feed(iter(items(5)))
    assert len(workers.written) == 5


async def test_broker_that_is_away_is_waited_for() -> None:
    workers = Workers(at_a_look=100)
    workers.failures = 1
    await feeder(workers).feed(iter(items(5)))
    assert len(workers.written) == 5


async def test_speed_spreads_the_feeding() -> None:
    workers = Workers(at_a_look=100)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await feeder(workers, speed=60 * 20).feed(iter(items(7)))
    assert loop.time() - began >= 6 / 20


def test_row_that_tells_no_time_does_not_hold_up_those_that_do() -> None:
    pace = Pace(60.0)
    assert pace.due(EPOCH, 5.0) == 5.0
    assert [pace.due(START + timedelta(minutes=minute), 5.0) for minute in (0, 2)] == [5.0, 7.0]
    assert pace.due(EPOCH, 6.0) == 6.0


@pytest.mark.parametrize(("written", "speed"), [("max", None), ("1x", 1.0), ("60x", 60.0), ("0.5x", 0.5)])
def test_speeds_are_read(written: str, speed: float | None) -> None:
    assert parse_speed(written) == speed


@pytest.mark.parametrize("written", ["", "fast", "0x", "-1x", "60"])
def test_what_is_no_speed_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_speed(written)
