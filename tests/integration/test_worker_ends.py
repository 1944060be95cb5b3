"""When a worker ends by itself, and what it says: consumption that stands still, a topic that is mostly invalid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.kafka import admin_client
from stream_app.adapters.kafka_offsets import GroupOffsets
from stream_app.agents.liveness import Liveness, Signs
from stream_app.errors import ConsumptionStalled, DeadLetterLimitExceeded
from stream_app.pipeline.stall import Partition
from tests.feeds import values
from tests.streaming import PARTITIONS, StreamUnderTest, Worker, running_worker

pytestmark = pytest.mark.one_broker

PATIENCE = timedelta(seconds=1)


def _partitions(stream: StreamUnderTest) -> Collection[Partition]:
    return [(f"{stream.namespace}news.raw", number) for number in range(PARTITIONS)]


def _places(stream: StreamUnderTest) -> list[TopicPartition]:
    return [TopicPartition(*partition) for partition in _partitions(stream)]


def _watched(stream: StreamUnderTest, *, group: str, waiting: bool = False) -> list[BaseException]:
    """Watch a consumer that has the stream's partitions for a while; return what ended it."""
    ended: list[BaseException] = []
    over = threading.Event()

    def die(error: BaseException) -> None:
        ended.append(error)
        over.set()

    liveness = Liveness(
        GroupOffsets({"bootstrap_servers": stream.brokers}, group),
        SystemClock(),
        timeout=PATIENCE,
        signs=Signs(lambda: _partitions(stream), waiting=lambda: waiting),
        die=die,
    )
    liveness.start()
    over.wait(3 * PATIENCE.total_seconds())
    liveness.stop()
    liveness.join(10)
    return ended


async def test_consumer_that_commits_nothing_while_its_topic_grows_is_ended(stream: StreamUnderTest) -> None:
    await stream.feed(values(20))
    (error, *_) = _watched(stream, group="hung")
    assert isinstance(error, ConsumptionStalled)
    assert "news.raw[0]" in str(error)
    assert error.exit_code == 4


async def test_consumer_that_waits_for_a_server_or_has_nothing_to_do_lives_on(stream: StreamUnderTest) -> None:
    assert _watched(stream, group="idle") == []
    await stream.feed(values(20))
    assert _watched(stream, group="waiting", waiting=True) == []


async def test_consumer_whose_records_were_deleted_before_it_read_them_lives_on(stream: StreamUnderTest) -> None:
    await stream.feed(values(20))
    async with admin_client({"bootstrap_servers": stream.brokers}) as admin:
        await admin.delete_records({place: RecordsToDelete(-1) for place in _places(stream)})
    assert _watched(stream, group="late") == []


async def test_consumer_that_has_committed_all_lives_on(stream: StreamUnderTest) -> None:
    await stream.feed(values(20))
    async with running_worker(stream) as worker:
        await stream.wait_for(20)
        worker.terminate()
    assert _watched(stream, group=f"{stream.namespace}workers") == []


async def test_mostly_invalid_topic_stops_the_worker_with_a_clear_error(stream: StreamUnderTest) -> None:
    await stream.feed([b"not JSON"] * 300)
    worker = Worker(stream, "limited", DEAD_LETTER_STRETCH="100", BATCH_DOCUMENTS="20")
    try:
        await worker.start()
        assert await worker.exit_status() == DeadLetterLimitExceeded.exit_code
    finally:
        worker.kill()
    assert "most of the last 100 records of news.raw were invalid" in worker.log()
    assert 0 < len((await stream.outcomes()).dead_letters) < 300


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_that_waits_for_servers_at_its_start_ends_when_it_is_asked_to(
    tmp_path: Path, number: signal.Signals
) -> None:
    """The first process of a container takes no signal that it does not handle: it would be waited for, then killed."""
    away = {"KAFKA_BROKERS": "127.0.0.1:1", "REDIS_URL": "redis://127.0.0.1:1", "TRITON_URL": "127.0.0.1:1"}
    settings = away | {"STATE_DIR": str(tmp_path)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "stream_app", "worker"],
        env=os.environ | {f"STREAM_APP_{name}": value for name, value in settings.items()},
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stderr is not None
    try:
        assert any("a server is away" in line for line in worker.stderr)
        worker.send_signal(number)
        _, rest = worker.communicate(timeout=20)
    finally:
        worker.kill()
    assert (worker.returncode, "Traceback" in rest) == (0, False)
