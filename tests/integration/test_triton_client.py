"""Triton away, frozen, slow, failing or with another model: rows are answered in the end, or it is said why not."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from stream_app.adapters.breaker import Backoff
from stream_app.adapters.connections import triton_client
from stream_app.adapters.triton import RequestOptions, TritonModel
from stream_app.embedded.ports import free_port
from stream_app.embedded.server import RunningServer
from stream_app.embedded.triton import TritonOptions, start_triton
from stream_app.errors import ServerRejected, ServerUnavailable
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import OUTPUTS
from tests.figures import Figures
from tests.model_rows import model_row
from tests.stand_in_model import write_stand_in

QUICK = RequestOptions(timeout_seconds=5.0, backoff=Backoff(first=0.05, most=0.5))


@asynccontextmanager
async def connected(
    server: RunningServer, *, figures: Figures | None = None, options: RequestOptions = QUICK
) -> AsyncIterator[TritonModel]:
    model = TritonModel(
        lambda: triton_client(server.address),
        server.address,
        served=(1, "stand-in"),
        telemetry=figures or Figures(),
        options=options,
    )
    try:
        await model.start()
        yield model
    finally:
        await model.stop()


def start(folder: Path, repository: Path, port: int = 0) -> RunningServer:
    return start_triton(folder, TritonOptions(model_repository=repository), port=port)


def rows(count: int) -> list[ModelRow]:
    return [model_row(8 + seed % 40, mentions=1, seed=seed) for seed in range(count)]


def assert_answered(asked: Sequence[ModelRow], results: Sequence[RowResult]) -> None:
    """Hold each result to its own row: the stand-in says a row's ids."""
    for row, result in zip(asked, results, strict=True):
        assert result.document_evidence.tolist() == row.input_ids.tolist()


async def stream(model: TritonModel, batches: int, started: asyncio.Event) -> None:
    """Ask for one micro-batch after the other, as a worker does."""
    for number in range(batches):
        asked = rows(20 + number)
        assert_answered(asked, await model.infer(asked))
        started.set()


async def test_triton_that_stops_in_mid_stream_is_waited_for(tmp_path: Path) -> None:
    repository, figures = write_stand_in(tmp_path / "models"), Figures()
    server = start(tmp_path / "first", repository)
    with capture_logs() as logs:
        async with connected(server, figures=figures) as model:
            started = asyncio.Event()
            streaming = asyncio.ensure_future(stream(model, 100, started))
            await started.wait()
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(3)
            assert model.waiting
            assert not streaming.done()
            again = await asyncio.to_thread(start, tmp_path / "again", repository, server.ports["main"])
            try:
                await asyncio.wait_for(streaming, timeout=60)
                assert not model.waiting
            finally:
                await asyncio.to_thread(again.stop)
    assert figures.values["stream_app_triton_away",] == [1.0, 0.0]
    assert [line["event"] for line in logs if line["log_level"] != "debug"] == [
        "triton is away: consumption pauses until it is back",
        "triton is back",
    ]


async def test_frozen_triton_is_waited_for(tmp_path: Path) -> None:
    server = start(tmp_path, write_stand_in(tmp_path / "models"))
    figures = Figures()
    try:
        async with connected(server, figures=figures, options=replace(QUICK, timeout_seconds=0.5)) as model:
            os.kill(server.pid, signal.SIGSTOP)
            asking = asyncio.ensure_future(model.infer(rows(30)))
            await asyncio.sleep(3)
            assert model.waiting
            os.kill(server.pid, signal.SIGCONT)
            assert_answered(rows(30), await asyncio.wait_for(asking, timeout=30))
    finally:
        os.kill(server.pid, signal.SIGCONT)
        server.stop()
    assert figures.counts["stream_app_triton_retries_total", "deadline_exceeded"] > 0


async def test_slow_answer_is_asked_for_again_with_more_time(tmp_path: Path) -> None:
    server = start(tmp_path, write_stand_in(tmp_path / "models", slow_requests=2, slow_seconds=1.0))
    figures = Figures()
    try:
        async with connected(server, figures=figures, options=replace(QUICK, timeout_seconds=0.4)) as model:
            assert_answered(rows(1), await model.infer(rows(1)))
    finally:
        server.stop()
    assert figures.counts["stream_app_triton_retries_total", "deadline_exceeded"] >= 1


async def test_passing_error_of_the_model_is_asked_again(tmp_path: Path) -> None:
    server = start(tmp_path, write_stand_in(tmp_path / "models", failing_requests=2))
    try:
        async with connected(server) as model:
            assert_answered(rows(1), await model.infer(rows(1)))
    finally:
        server.stop()


async def test_lasting_error_of_the_model_is_not_asked_for_ever(tmp_path: Path) -> None:
    server = start(tmp_path, write_stand_in(tmp_path / "models", failing_requests=1000))
    try:
        async with connected(server) as model:
            with pytest.raises(ServerRejected, match="out of memory"):
                await asyncio.wait_for(model.infer(rows(1)), timeout=30)
    finally:
        server.stop()


async def test_model_of_another_shape_is_refused_at_the_start(tmp_path: Path) -> None:
    narrow = [replace(tensor, shape=(128,)) if tensor.name == "embedding" else tensor for tensor in OUTPUTS]
    server = start(tmp_path, write_stand_in(tmp_path / "models", outputs=narrow))
    try:
        with pytest.raises(ServerRejected, match=r"embedding as FP32 \[-1, 128\], not FP32 \[-1, 384\]"):
            async with connected(server):
                pass
    finally:
        server.stop()


async def test_other_version_is_refused_at_the_start_and_after_a_return(tmp_path: Path) -> None:
    repository = write_stand_in(tmp_path / "models")
    server = start(tmp_path / "first", repository)
    async with connected(server) as model:
        await model.infer(rows(1))
        server.stop()
        write_stand_in(tmp_path / "models", version="newer")
        again = start(tmp_path / "again", repository, server.ports["main"])
        try:
            with pytest.raises(ServerRejected, match="is version newer, not stand-in"):
                await asyncio.wait_for(model.infer(rows(1)), timeout=30)
            with pytest.raises(ServerRejected, match="is version newer, not stand-in"):
                await model.start()
        finally:
            again.stop()


async def test_triton_that_is_not_there_at_the_start_is_named() -> None:
    address = f"127.0.0.1:{free_port()}"
    served = (1, "stand-in")
    model = TritonModel(lambda: triton_client(address), address, served=served, telemetry=Figures(), options=QUICK)
    with pytest.raises(ServerUnavailable, match=address):
        await asyncio.wait_for(model.start(), timeout=10)
    await model.stop()
