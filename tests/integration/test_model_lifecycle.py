"""Versions come and go on a real Triton while it answers and a worker works: nothing fails, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stream_app.adapters.connections import triton_client
from stream_app.adapters.model_repository import read_model
from stream_app.adapters.triton import RequestOptions, TritonModel
from stream_app.embedded.ports import free_port
from stream_app.embedded.server import RunningServer
from stream_app.embedded.triton import TritonOptions, start_triton
from tests.feeds import document, values
from tests.figures import Figures
from tests.model_rows import model_row
from tests.model_versions import SHIPPED, copied_repository, warmer
from tests.streaming import Outcomes, StreamUnderTest, Worker, running_worker

SECONDS = 180


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return copied_repository(tmp_path)


@pytest.fixture
def server(tmp_path: Path, repository: Path) -> Iterator[RunningServer]:
    with start_triton(tmp_path, TritonOptions(model_repository=repository), timeout_seconds=SECONDS) as started:
        yield started


async def model_command(*args: str | Path, repository: Path, triton: str) -> tuple[int, str]:
    """Run `stream-app model …` as a user would; return its status, and what it said on either output."""
    process = await asyncio.create_subprocess_exec(
        *(Path(sys.executable).parent / "stream-app", "model", *map(str, args), "--repository", str(repository)),
        env={**os.environ, "STREAM_APP_TRITON_URL": triton, "STREAM_APP_START_TIMEOUT": str(SECONDS)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=repository,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def done(*args: str | Path, repository: Path, triton: str) -> dict[str, object]:
    status, said = await model_command(*args, "--json", repository=repository, triton=triton)
    assert status == 0, said
    found: dict[str, object] = json.loads(said.splitlines()[-1])
    return found


@asynccontextmanager
async def asked_all_the_time(server: RunningServer, repository: Path) -> AsyncIterator[Figures]:
    """Ask the first version without a pause meanwhile; fail at the end where a single request did."""
    files, figures = read_model(repository, 1), Figures()
    model = TritonModel(
        lambda: triton_client(server.address),
        server.address,
        served=(files.number, files.version),
        telemetry=figures,
        options=RequestOptions(timeout_seconds=60),
    )
    await model.start()
    rows = [model_row(14, seed=seed) for seed in range(8)]

    async def ask() -> None:
        while True:
            await model.infer(rows)

    asking = asyncio.create_task(ask())
    try:
        yield figures
        assert not asking.done(), asking.exception()
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await model.stop()
    assert not [name for name in figures.counts if name[0] == "stream_app_triton_retries_total"]


@pytest.mark.timeout(600)
async def test_promotion_fails_no_request_and_what_cannot_be_served_changes_nothing(
    server: RunningServer, repository: Path, tmp_path: Path
) -> None:
    triton = server.address
    about = json.loads((SHIPPED / "metadata.json").read_text())
    worse = about["accuracy_fp32"] | {"mention": about["scores"]["mention"]["accuracy"] + 0.0041}
    refused = warmer(tmp_path / "refused", factor=1.2, accuracy_fp32=worse)
    broken = warmer(tmp_path / "broken", factor=1.3)
    (broken / "model.py").write_text("raise ImportError('no such backend')\n")
    async with asked_all_the_time(server, repository) as figures:
        status, said = await model_command("promote", refused, repository=repository, triton=triton)
        assert (status, "the mention head loses 0.0041" in " ".join(said.split())) == (1, True), said
        status, said = await model_command("promote", broken, repository=repository, triton=triton)
        assert (status, "what was served still is" in " ".join(said.split())) == (1, True), said
        assert read_model(repository).number == 1
        promoted = await done("promote", warmer(tmp_path / "warmer"), repository=repository, triton=triton)
        assert promoted["number"] == 3
        requests = len(figures.values["stream_app_triton_request_seconds",])
    assert requests > 10
    async with triton_client(triton) as client:
        assert await client.is_model_ready("fusion", "1")
        assert await client.is_model_ready("fusion", "3")
    status, said = await model_command("list", "--json", repository=repository, triton=triton)
    listed = {one["number"]: one for one in map(json.loads, said.splitlines())}
    assert {number: one["state"] for number, one in listed.items()} == {1: "before", 2: "", 3: "served"}
    assert listed[3]["version"] == promoted["served"]
    assert listed[3]["promoted_at"] == promoted["promoted_at"]
    assert listed[1]["promoted_at"] is None


async def until_used(worker: Worker, role: str, version: object, times: int = 1) -> None:
    """Wait until the worker has taken a version into use, so many times in all."""
    line = re.compile(rf"a version of the model is used.*{re.escape(str(version))}.*{role}")
    await until(lambda: len(line.findall(re.sub(r"\x1b\[\d*m", "", worker.log_path.read_text()))) >= times)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until another process has come so far."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  (what another process does wakes nobody here)
            await asyncio.sleep(0.2)


def figure(port: int, name: str) -> float:
    """Return the sum of a metric over its labels."""
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()
    return sum(float(line.rpartition(" ")[2]) for line in page.splitlines() if re.match(rf"{name}(\{{|\s)", line))


def versions_of(found: Outcomes, first: int, count: int) -> set[str]:
    """Return by which versions these documents were scored."""
    ids = [str(document(number)["id"]) for number in range(first, first + count)]
    assert all(found.events[one] for one in ids)
    return {event["model_version"] for one in ids for event in found.events[one]}


@pytest.mark.timeout(600)
async def test_worker_goes_on_through_shadow_promotion_and_rollback(
    embedded_broker: RunningServer,
    redis_url: str,
    namespace: str,
    server: RunningServer,
    repository: Path,
    tmp_path: Path,
) -> None:
    stream = StreamUnderTest(embedded_broker.address, redis_url, server.address, namespace, tmp_path)
    await stream.create_topics()
    port = free_port()
    settings = {
        "MODEL_REPOSITORY": str(repository),
        "MODEL_POLL": "0.2",
        "SHADOW_SHARE": "1",
        "METRICS_PORT": str(port),
        "TRITON_TIMEOUT": "60",
    }
    around = {"repository": repository, "triton": server.address}
    async with running_worker(stream, only="ingest", **settings) as worker:
        feeding = asyncio.create_task(_feed_slowly(stream, 1000, 120))
        prepared = await done("promote", warmer(tmp_path / "warmer"), "--shadow", **around)
        old, new = str(prepared["served"]), str(prepared["challenger"])
        await until_used(worker, "challenger", new)
        await stream.feed(values(60))
        await stream.wait_for(60)
        await until(lambda: figure(port, "stream_app_shadow_documents_total") >= 30)
        assert figure(port, "stream_app_shadow_labels_total") > 0

        assert (await done("promote", str(prepared["number"]), **around))["served"] == new
        await until_used(worker, "served", new)
        await stream.feed(values(60, first=60))
        await feeding
        await stream.wait_for(240)

        assert (await done("rollback", **around))["served"] == old
        await until_used(worker, "served", old, times=2)
        await stream.feed(values(60, first=120))
        found = await stream.wait_for(300)
        assert worker.returncode is None, worker.log()
    assert versions_of(found, 0, 60) == {old}
    assert versions_of(found, 60, 60) == {new}
    assert versions_of(found, 120, 60) == {old}
    assert versions_of(found, 1000, 120) <= {old, new}
    assert not found.dead_letters
    assert len(found.events) == 300


async def _feed_slowly(stream: StreamUnderTest, first: int, count: int) -> None:
    for number in range(first, first + count):
        await stream.feed(values(1, first=number))
        await asyncio.sleep(0.2)
