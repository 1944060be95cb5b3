"""A worker that is asked to stop gives up what it waits for."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from stream_app.agents.worker import ended_before, run_until_stopped


async def test_work_that_ends_is_done_and_what_it_raises_is_raised() -> None:
    async def fails() -> None:
        raise LookupError("the reason")

    assert await ended_before(asyncio.Event(), asyncio.sleep(0))
    with pytest.raises(LookupError, match="the reason"):
        await ended_before(asyncio.Event(), fails())


async def test_work_that_waits_for_ever_is_given_up_when_it_is_asked_to_stop() -> None:
    stop, left = asyncio.Event(), []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.append("cleared away")

    asyncio.get_running_loop().call_later(0.01, stop.set)
    async with asyncio.timeout(5):
        assert not await ended_before(stop, waits())
    assert left == ["cleared away"]


async def test_engine_whose_start_hangs_hears_that_it_is_to_stop() -> None:
    """As where a broker takes connections and answers nothing."""
    stop, begun = asyncio.Event(), []

    async def start() -> None:
        begun.append("start")
        await asyncio.Event().wait()

    app: Any = SimpleNamespace(start=start, on_rebalance_complete=SimpleNamespace(connect=lambda *_, **__: None))
    asyncio.get_running_loop().call_later(0.01, stop.set)
    async with asyncio.timeout(5):
        await run_until_stopped(app, stop, on_ready=lambda: None)
    assert begun == ["start"]
