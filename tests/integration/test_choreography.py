"""Three workers started, stopped and killed in turn while documents flow: the verifier has nothing to complain of."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.choreography import Choreography, Step
from tests.streaming import StreamUnderTest

pytestmark = pytest.mark.one_broker

SHORT: list[Step] = [("start", 0), ("start", 1), ("kill", 0), ("start", 2), ("stop", 1)]
SOAK_KILLS = int(os.environ.get("SOAK_KILLS", "100"))


@pytest.mark.timeout(1_200)
async def test_workers_come_and_go_and_every_count_is_right(stream: StreamUnderTest) -> None:
    played = Choreography(stream)
    await played.play(SHORT, documents=30)
    assert (played.documents, played.bad) == (30 * len(SHORT), len(SHORT))


@pytest.mark.soak
@pytest.mark.timeout(14_400)
async def test_a_hundred_kills_in_turn_and_every_count_is_right(stream: StreamUnderTest) -> None:
    played = Choreography(stream)
    await played.play(_many(SOAK_KILLS, random.Random(11)), documents=100)
    assert played.documents > 100 * SOAK_KILLS


def _many(kills: int, rng: random.Random) -> Iterator[Step]:
    """Yield steps of chance until so many were kills; one worker at least stays."""
    running: set[int] = set()
    while kills:
        number = rng.randrange(3)
        if number not in running:
            running.add(number)
            yield "start", number
        elif len(running) > 1:
            running.remove(number)
            deed = rng.choice(("kill", "kill", "stop"))
            kills -= deed == "kill"
            yield deed, number
