"""Nothing is lost: whatever is killed or away, every record ends as events or one dead letter.

Most workers here run the part alone that makes these outcomes; risk, rollups and alerts have tests of their own.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
import redis.asyncio

from stream_app.embedded.server import RunningServer
from stream_app.embedded.triton import TritonOptions, start_triton
from tests.feeds import document, values
from tests.model_versions import copied_repository
from tests.servers import start_apache_kafka
from tests.streaming import Outcomes, StreamUnderTest, Worker, running_worker

INGEST = "ingest"
SMALL = {"BATCH_DOCUMENTS": "64"}
"""Batches so small that a few hundred documents are still on their way when something goes wrong."""


def _ids(count: int) -> set[str]:
    return {str(document(number)["id"]) for number in range(count)}


async def _progress(stream: StreamUnderTest, worker: Worker, beyond: int) -> int:
    """Wait until more than `beyond` documents have events."""
    found = await stream.wait_for(beyond + 1)
    assert worker.returncode is None, worker.log()
    return len(found.events)


def _kept_results(stream: StreamUnderTest) -> dict[str, str]:
    """Return the setting by which the model computes each text once for all runs over the same documents."""
    return {"MODEL_CACHE": str(stream.state_dir.parent / "results.sqlite")}


async def _undisturbed(stream: StreamUnderTest, count: int) -> Outcomes:
    calm = StreamUnderTest(
        stream.brokers, stream.redis_url, stream.triton_url, f"calm-{stream.namespace}", stream.state_dir
    )
    await calm.create_topics()
    await calm.feed(values(count))
    async with running_worker(calm, "calm", only=INGEST, **_kept_results(stream)):
        return await calm.wait_for(count, seconds=400)


@pytest.mark.one_broker
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("count", "kills"), [(600, 2), pytest.param(5_000, 4, marks=pytest.mark.soak)])
async def test_kills_of_the_worker_lose_nothing_and_change_no_event(
    stream: StreamUnderTest, count: int, kills: int
) -> None:
    await stream.feed(values(count))
    worker = Worker(stream, "killed", only=INGEST, **SMALL, **_kept_results(stream))
    reached = 0
    try:
        for _ in range(kills):
            await worker.start()
            reached = await _progress(stream, worker, reached)
            worker.kill()
        await worker.start()
        found = await stream.wait_for(count, seconds=400)
    finally:
        worker.kill()
    calm = await _undisturbed(stream, count)
    assert set(found.events) == _ids(count)
    assert not found.dead_letters
    assert found.event_ids == calm.event_ids


@pytest.mark.one_broker
@pytest.mark.timeout(600)
async def test_terminated_worker_finishes_its_batch_and_repeats_nothing(stream: StreamUnderTest) -> None:
    await stream.feed(values(400))
    async with running_worker(stream, "first", **SMALL) as worker:
        await _progress(stream, worker, 0)
        worker.terminate()
        assert worker.returncode == 0, worker.log()
    async with running_worker(stream, "second"):
        found = await stream.wait_for(400, seconds=300)
    assert set(found.events) == _ids(400)
    assert max(found.repeats.values()) == 1


@pytest.mark.one_broker
@pytest.mark.timeout(600)
async def test_second_worker_that_joins_and_is_killed_loses_nothing(stream: StreamUnderTest) -> None:
    async with running_worker(stream, "first", only=INGEST, **SMALL) as first:
        await stream.feed(values(400))
        await _progress(stream, first, 0)
        async with running_worker(stream, "second", only=INGEST, **SMALL) as second:
            await stream.feed(values(400, first=400))
            await _progress(stream, second, 400)
        found = await stream.wait_for(800, seconds=300)
    assert set(found.events) == _ids(800)


@pytest.mark.one_broker
@pytest.mark.timeout(400)
async def test_flushed_cache_is_filled_again_and_nothing_is_lost(stream: StreamUnderTest) -> None:
    async with running_worker(stream, only=INGEST, KG_POLL="0.5", **SMALL) as worker:
        await stream.feed(values(300))
        await _progress(stream, worker, 0)
        client = redis.asyncio.from_url(stream.redis_url)
        before = await client.get(f"{stream.namespace}kg:current")
        await client.flushall()
        await stream.feed(values(300, first=300))
        found = await stream.wait_for(600)
        for _ in range(50):
            if await client.get(f"{stream.namespace}kg:current"):
                break
            await asyncio.sleep(0.2)
        after = await client.get(f"{stream.namespace}kg:current")
        await client.aclose()
    assert set(found.events) == _ids(600)
    assert before is not None
    assert after == before


@pytest.mark.one_broker
@pytest.mark.timeout(500)
async def test_triton_away_for_twenty_seconds_pauses_the_stream_and_loses_nothing(
    broker: RunningServer, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    triton = start_triton(tmp_path, TritonOptions(model_repository=copied_repository(tmp_path)), timeout_seconds=120)
    try:
        stream = StreamUnderTest(broker.address, redis_url, triton.address, namespace, tmp_path)
        await stream.create_topics()
        # Batches are short beside the time-out also on a busy machine: only waiting must not count as a stall.
        async with running_worker(stream, only=INGEST, STALL_TIMEOUT="15", **SMALL) as worker:
            await stream.feed(values(400))
            await _progress(stream, worker, 0)
            triton.request_stop()
            await stream.feed(values(400, first=400))
            await asyncio.sleep(20)
            paused = len((await stream.outcomes()).events)
            triton.restart()
            found = await stream.wait_for(800, seconds=300)
            assert worker.returncode is None, worker.log()
    finally:
        triton.stop()
    assert paused < 800
    assert set(found.events) == _ids(800)
    assert not found.dead_letters


@pytest.mark.kafka
@pytest.mark.timeout(500)
async def test_killed_kafka_that_comes_back_on_its_data_loses_nothing(
    redis_url: str, triton_url: str, namespace: str, tmp_path: Path
) -> None:
    kafka = start_apache_kafka(tmp_path / "kafka")
    try:
        stream = StreamUnderTest(kafka.address, redis_url, triton_url, namespace, tmp_path)
        await stream.create_topics()
        await stream.feed(values(800))
        async with running_worker(stream, only=INGEST, **SMALL) as worker:
            await _progress(stream, worker, 0)
            os.kill(kafka.pid, signal.SIGKILL)
            await asyncio.sleep(5)
            kafka.restart()
            found = await stream.wait_for(800, seconds=180)
            assert worker.returncode is None, worker.log()
    finally:
        kafka.stop()
    assert set(found.events) == _ids(800)
    assert not found.dead_letters
