"""The long run: a hundred kills at moments of chance, and every document has its events once."""

from __future__ import annotations

import asyncio
import os
import random

import pytest

from tests.feeds import document, values
from tests.streaming import StreamUnderTest, Worker

KILLS = int(os.environ.get("SOAK_KILLS", "100"))
DOCUMENTS_A_KILL = 500


@pytest.mark.soak
@pytest.mark.timeout(7_200)
async def test_a_hundred_kills_lose_nothing(stream: StreamUnderTest) -> None:
    moments = random.Random(7)
    worker = Worker(stream, "soaked")
    count = 0
    try:
        for _ in range(KILLS):
            await stream.feed(values(DOCUMENTS_A_KILL, first=count))
            count += DOCUMENTS_A_KILL
            await worker.start()
            await asyncio.sleep(moments.uniform(0.0, 5.0))
            worker.kill()
        await worker.start()
        found = await stream.wait_for(count, seconds=1_800)
    finally:
        worker.kill()
    assert set(found.events) == {str(document(number)["id"]) for number in range(count)}
    assert not found.dead_letters
