"""Rows of two networks in one batch: each is read by its own, to the bit as alone; in memory, process and Triton."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stream_app.adapters.connections import triton_client
from stream_app.adapters.local_model import LocalModel
from stream_app.adapters.memory_model import MemoryModel
from stream_app.adapters.model_repository import WEIGHTS, ModelFiles, read_model
from stream_app.adapters.networks import runtime_of
from stream_app.adapters.openvino import OpenVinoRuntime
from stream_app.adapters.triton import TritonModel
from stream_app.embedded.server import RunningServer
from stream_app.embedded.triton import TritonOptions, start_triton
from stream_app.pipeline.ports import FusionModel
from stream_app.pipeline.rows import ModelRow, RowResult
from tests.figures import Figures
from tests.further_network import bilingual_repository, write_chinese
from tests.model_rows import model_row

PLACES = ("memory", "process", "triton")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bilingual")
    return bilingual_repository(folder, write_chinese(folder / "draft"))


@pytest.fixture(scope="module")
def files(repository: Path) -> ModelFiles:
    return read_model(repository)


@pytest.fixture(scope="module")
def server(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("triton")
    with start_triton(folder, TritonOptions(model_repository=repository), timeout_seconds=180) as started:
        yield started


async def served_by(server: RunningServer, files: ModelFiles) -> TritonModel:
    served = TritonModel(
        lambda: triton_client(server.address),
        server.address,
        served=(files.number, files.version),
        telemetry=Figures(),
    )
    await served.start()
    return served


@pytest.fixture(params=PLACES)
async def model(request: pytest.FixtureRequest, files: ModelFiles) -> AsyncIterator[FusionModel]:
    """The same promises, wherever the networks run."""
    match request.param:
        case "memory":
            yield MemoryModel(further=files.further[0].first_id)
        case "process":
            yield LocalModel(runtime_of(files, streams=2, threads=2), version=files.version, streams=2)
        case _:
            served = await served_by(request.getfixturevalue("server"), files)
            yield served
            await served.stop()


def chinese_row(files: ModelFiles, tokens: int = 12, *, mentions: int = 1, seed: int = 0) -> ModelRow:
    """Return a row of random pieces of the further network, at its place among the ids."""
    draw, first_id = np.random.default_rng([seed, tokens]), files.further[0].first_id
    ids = np.array([1, *draw.integers(4, 40, tokens - 2), 2], dtype=np.int32)
    return replace(model_row(tokens, mentions=mentions, seed=seed), input_ids=ids + np.int32(first_id))


def mixed_rows(files: ModelFiles, count: int = 30) -> list[ModelRow]:
    """Return rows of both, of all sorts of lengths, in no order."""
    draw = np.random.default_rng(count)
    lengths = np.where(draw.random(count) < 0.8, draw.integers(5, 24, count), draw.integers(5, 90, count)).tolist()
    is_chinese = draw.random(count) < 0.4
    return [
        chinese_row(files, length, mentions=n % 4, seed=n) if other else model_row(length, mentions=n % 4, seed=n)
        for n, (length, other) in enumerate(zip(lengths, is_chinese, strict=True))
    ]


def is_of_further(row: ModelRow, files: ModelFiles) -> bool:
    return bool(row.input_ids[0] >= files.further[0].first_id)


def bits(result: RowResult) -> tuple[bytes, ...]:
    return tuple(getattr(result, name).tobytes() for name in RowResult.__slots__)


async def test_row_of_either_network_has_the_same_bits_alone_and_mixed(model: FusionModel, files: ModelFiles) -> None:
    rows = mixed_rows(files)
    mixed = [bits(result) for result in await model.infer(rows)]
    alone = [bits((await model.infer([row]))[0]) for row in rows]
    assert mixed == alone


@pytest.mark.parametrize("further", [False, True])
async def test_rows_of_one_network_have_the_same_bits_without_the_other(
    model: FusionModel, files: ModelFiles, *, further: bool
) -> None:
    rows = mixed_rows(files)
    mixed = zip(rows, await model.infer(rows), strict=True)
    kept = [(row, bits(result)) for row, result in mixed if is_of_further(row, files) is further]
    assert [bits(result) for result in await model.infer([row for row, _ in kept])] == [bit for _, bit in kept]


async def test_only_the_further_network_tells_types_of_risk_and_it_states_no_cause(
    model: FusionModel, files: ModelFiles
) -> None:
    rows = mixed_rows(files)
    for row, result in zip(rows, await model.infer(rows), strict=True):
        asked = is_of_further(row, files)
        assert result.risk_probabilities.sum() == pytest.approx(float(asked), abs=1e-3)
        assert bool(result.causal_probability[0] == 0) is asked


async def test_further_network_answers_as_its_own_file_does(files: ModelFiles) -> None:
    own = LocalModel(OpenVinoRuntime(files.further[0].folder / WEIGHTS), version="zh")
    rows = [chinese_row(files, 5 + n, mentions=n % 3, seed=n) for n in range(12)]
    there = [replace(row, input_ids=row.input_ids - np.int32(files.further[0].first_id)) for row in rows]
    here = LocalModel(runtime_of(files), version=files.version)
    assert [bits(one) for one in await here.infer(rows)] == [bits(one) for one in await own.infer(there)]


async def test_triton_and_the_process_compute_the_same_of_mixed_rows(server: RunningServer, files: ModelFiles) -> None:
    served = await served_by(server, files)
    try:
        rows = mixed_rows(files)
        here = await LocalModel(runtime_of(files), version=files.version).infer(rows)
        there = await served.infer(rows)
    finally:
        await served.stop()
    assert [bits(result) for result in here] == [bits(result) for result in there]
    assert served.reads_further


async def test_triton_compiles_a_further_network_when_its_first_row_comes(
    repository: Path, files: ModelFiles, tmp_path: Path
) -> None:
    with start_triton(tmp_path, TritonOptions(model_repository=repository), timeout_seconds=180) as started:
        served = await served_by(started, files)
        try:
            await served.infer([model_row(14, seed=seed) for seed in range(3)])
            before = started.log_path.read_text()
            await served.infer([chinese_row(files)])
        finally:
            await served.stop()
        assert f"fusion {files.version}: 2, OpenVINO" in before
        assert "zh, OpenVINO" not in before
        assert f"fusion {files.version}: zh, OpenVINO" in started.log_path.read_text()
