"""Who waits for a server says so for as long as it is away, also while it is asked again."""

from __future__ import annotations

import asyncio

import pytest

from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.agents.patience import Patience
from stream_app.errors import ServerRejected, ServerUnavailable


async def test_waiting_is_true_from_the_first_failure_to_the_end() -> None:
    patience = Patience(MemoryTelemetry(), sleep=lambda _: asyncio.sleep(0))
    seen: list[bool] = []

    async def step() -> str:
        seen.append(patience.waiting)
        if len(seen) < 3:
            raise ServerUnavailable("away")
        return "done"

    assert await patience.until_available(step) == "done"
    assert (seen, patience.waiting) == ([False, True, True], False)


async def test_a_refusal_ends_the_waiting() -> None:
    patience = Patience(MemoryTelemetry(), sleep=lambda _: asyncio.sleep(0))
    answers = iter([ServerUnavailable("away"), ServerRejected("no")])

    async def step() -> None:
        raise next(answers)

    with pytest.raises(ServerRejected):
        await patience.until_available(step)
    assert not patience.waiting
