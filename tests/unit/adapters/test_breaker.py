"""The breaker lets nobody call a server that is away, asks whether it is back, and tells each change once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from stream_app.adapters.breaker import Backoff, CircuitBreaker, State
from stream_app.errors import ServerRejected

NO_PAUSE = Backoff(first=0.0)


class Server:
    """Answers whether it is back from a list, and notes what it was told."""

    def __init__(self, *answers: bool) -> None:
        self.answers: Iterator[bool] = iter(answers)
        self.asked = 0
        self.told: list[State] = []

    async def is_back(self) -> bool:
        self.asked += 1
        await asyncio.sleep(0)
        return next(self.answers)


def breaker_of(server: Server, threshold: int = 2) -> CircuitBreaker:
    return CircuitBreaker(server.is_back, server.told.append, threshold=threshold, backoff=NO_PAUSE)


async def test_opens_only_after_failures_in_a_row() -> None:
    server = Server()
    breaker = breaker_of(server)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.state is State.CLOSED
    breaker.failed()
    assert breaker.state is State.OPEN


async def test_closed_breaker_asks_nothing() -> None:
    server = Server()
    await breaker_of(server).passed()
    assert server.asked == 0


async def test_waiting_callers_ask_one_at_a_time_and_all_pass_when_it_is_back() -> None:
    server = Server(False, False, True)
    breaker = breaker_of(server, threshold=1)
    breaker.failed()
    await asyncio.gather(*(breaker.passed() for _ in range(5)))
    assert server.asked == 3
    assert breaker.state is State.HALF_OPEN


async def test_failure_when_half_open_opens_again_at_once_and_tells_nobody() -> None:
    server = Server(True, True)
    breaker = breaker_of(server, threshold=2)
    breaker.failed()
    breaker.failed()
    await breaker.passed()
    breaker.failed()
    assert breaker.state is State.OPEN
    await breaker.passed()
    breaker.succeeded()
    assert breaker.state is State.CLOSED
    assert server.told == [State.OPEN, State.CLOSED]


async def test_refusal_of_the_server_reaches_every_caller() -> None:
    async def refuse() -> bool:
        raise ServerRejected("another model")

    breaker = CircuitBreaker(refuse, lambda _: None, threshold=1, backoff=NO_PAUSE)
    breaker.failed()
    outcomes = await asyncio.gather(breaker.passed(), breaker.passed(), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ServerRejected, ServerRejected]


async def test_cancelled_caller_leaves_the_asking_to_the_next() -> None:
    hangs = [True, False]

    async def is_back() -> bool:
        if hangs.pop(0):
            await asyncio.Event().wait()
        return True

    breaker = CircuitBreaker(is_back, lambda _: None, threshold=1, backoff=NO_PAUSE)
    breaker.failed()
    first, second = (asyncio.ensure_future(breaker.passed()) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.wait_for(second, timeout=5)
    assert first.cancelled()
    assert breaker.state is State.HALF_OPEN


@pytest.mark.parametrize("attempt", [0, 1, 5, 100_000])
def test_pauses_grow_to_a_bound_and_differ_by_chance(attempt: int) -> None:
    backoff = Backoff(first=0.1, most=5.0)
    whole = min(5.0, 0.1 * 2.0 ** min(attempt, 32))
    pauses = {backoff.pause(attempt) for _ in range(50)}
    assert all(whole / 2 <= pause <= whole for pause in pauses)
    assert len(pauses) > 1
