"""What a stop waits for: batches that have begun, and no longer than said."""

from __future__ import annotations

import asyncio

from stream_app.agents.in_hand import InHand


async def test_nothing_in_hand_is_finished_at_once() -> None:
    assert await InHand(filling=0).finished(seconds=0)


async def test_finished_waits_for_every_batch() -> None:
    in_hand, ended = InHand(filling=0), []

    async def batch(seconds: float) -> None:
        with in_hand.one():
            await asyncio.sleep(seconds)
            ended.append(seconds)

    async with asyncio.TaskGroup() as tasks:
        for seconds in (0.01, 0.05):
            tasks.create_task(batch(seconds))
        await asyncio.sleep(0)
        assert await in_hand.finished(seconds=10)
        assert ended == [0.01, 0.05]


async def test_batch_that_is_about_to_begin_is_waited_for() -> None:
    in_hand, ended = InHand(filling=0.05), asyncio.Event()

    async def batch() -> None:
        await asyncio.sleep(0.01)
        with in_hand.one():
            await asyncio.sleep(0.1)
        ended.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(batch())
        assert await in_hand.finished(seconds=10)
        assert ended.is_set()


async def test_batch_without_an_end_is_told() -> None:
    in_hand = InHand(filling=0)
    with in_hand.one():
        assert not await in_hand.finished(seconds=0.01)


async def test_batch_that_failed_is_no_longer_in_hand() -> None:
    in_hand = InHand(filling=0)
    try:
        with in_hand.one():
            raise ValueError  # noqa: TRY301
    except ValueError:
        pass
    assert await in_hand.finished(seconds=0)
