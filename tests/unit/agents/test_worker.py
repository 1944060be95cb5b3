"""A worker that is asked to stop gives up what it waits for."""

from __future__ import annotations

import asyncio

import pytest

from stream_app.agents.worker import ended_before


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
