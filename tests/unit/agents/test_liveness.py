"""The watch over a worker outlives whatever it meets: a worker without it may stand still for ever."""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from faust.exceptions import ConsumerNotStarted

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.kafka_offsets import Progress
from stream_app.agents.liveness import Liveness, Signs
from stream_app.agents.worker import assigned_partitions
from stream_app.errors import ConsumptionStalled, ServerRejected, ServerUnavailable
from stream_app.pipeline.stall import Partition

NEWS: Partition = ("news.raw", 0)


class Offsets:
    """A topic that grows and a group that commits nothing; the first reading fails."""

    def __init__(self, error: Exception) -> None:
        self.errors = [error]

    async def read(self, partitions: Collection[Partition]) -> Progress:
        if self.errors:
            raise self.errors.pop()
        return Progress(ends=dict.fromkeys(partitions, 9))

    async def with_records(self, partitions: Collection[Partition]) -> list[Partition]:
        return list(partitions)


@pytest.mark.parametrize("error", [ValueError("half an answer"), ServerRejected("no right"), ServerUnavailable("away")])
def test_error_of_one_look_does_not_end_the_watch(error: Exception) -> None:
    over, ended = threading.Event(), []

    def die(reason: BaseException) -> None:
        ended.append(reason)
        over.set()

    offsets: Any = Offsets(error)
    signs = Signs(assigned=lambda: [NEWS], waiting=lambda: False)
    liveness = Liveness(offsets, SystemClock(), timeout=timedelta(seconds=0.1), signs=signs, die=die)
    liveness.start()
    assert over.wait(10)
    liveness.stop()
    liveness.join(10)
    assert isinstance(ended[0], ConsumptionStalled)


def test_consumer_that_is_on_its_way_has_no_partitions_yet() -> None:
    def assignment() -> set[Partition]:
        raise ConsumerNotStarted

    app: Any = SimpleNamespace(
        _consumer=SimpleNamespace(assignment=assignment), tables=SimpleNamespace(changelog_topics=set())
    )
    assert assigned_partitions(app) == set()
