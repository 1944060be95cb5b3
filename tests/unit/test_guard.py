"""A batch is finished, or the process ends: the agent's body never lets Faust acknowledge what was not done."""

from __future__ import annotations

import asyncio

import pytest

from stream_app.agents.guard import finish_or_die


class _Died(BaseException):
    """Stands for the end of the process."""


def _die(error: BaseException) -> None:
    raise _Died from error


async def test_error_in_the_batch_ends_the_process() -> None:
    async def work() -> None:
        raise ValueError("a bug")

    with pytest.raises(_Died) as caught:
        await finish_or_die(work(), grace=1, die=_die)
    assert isinstance(caught.value.__cause__, ValueError)


async def test_cancelled_agent_finishes_its_batch_first() -> None:
    release, done = asyncio.Event(), []

    async def work() -> None:
        await release.wait()
        done.append("batch")

    agent = asyncio.create_task(finish_or_die(work(), grace=5, die=_die))
    await asyncio.sleep(0)
    agent.cancel()
    await asyncio.sleep(0)
    assert not agent.done()
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await agent
    assert done == ["batch"]


async def test_cancelled_batch_that_cannot_finish_in_time_ends_the_process() -> None:
    agent = asyncio.create_task(finish_or_die(asyncio.Event().wait(), grace=0.01, die=_die))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    agent.cancel()
    with pytest.raises(_Died) as caught:
        await agent
    assert isinstance(caught.value.__cause__, TimeoutError)


async def test_cancelled_batch_that_then_fails_ends_the_process() -> None:
    release = asyncio.Event()

    async def work() -> None:
        await release.wait()
        raise ValueError("a bug")

    agent = asyncio.create_task(finish_or_die(work(), grace=5, die=_die))
    await asyncio.sleep(0)
    agent.cancel()
    await asyncio.sleep(0)
    release.set()
    with pytest.raises(_Died) as caught:
        await agent
    assert isinstance(caught.value.__cause__, ValueError)
