"""What every fusion model promises: the twin in memory, the model's file in this process, and Triton."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from stream_app.adapters.connections import triton_client
from stream_app.adapters.local_model import LocalModel
from stream_app.adapters.memory_model import MemoryModel
from stream_app.adapters.model_repository import read_model
from stream_app.adapters.openvino import OpenVinoRuntime
from stream_app.adapters.triton import TritonModel
from stream_app.pipeline.ports import FusionModel
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.pipeline.tensors import BUCKETS, EMBEDDING_SIZE, LABELS, MENTION_SLOTS, TOPICS
from tests.conftest import MODEL_REPOSITORY
from tests.figures import Figures
from tests.model_rows import model_row

FILES = read_model(MODEL_REPOSITORY)
SERVED = (FILES.number, FILES.version)
PLACES = ("memory", "process", "triton")


@pytest.fixture(params=PLACES)
async def model(request: pytest.FixtureRequest) -> AsyncIterator[FusionModel]:
    """The same promises, wherever the model runs."""
    match request.param:
        case "memory":
            yield MemoryModel()
        case "process":
            yield LocalModel(request.getfixturevalue("runtime"), version=FILES.version)
        case _:
            address = request.getfixturevalue("triton_url")
            served = TritonModel(lambda: triton_client(address), address, served=SERVED, telemetry=Figures())
            await served.start()
            yield served
            await served.stop()


@pytest.fixture(scope="module")
def runtime() -> OpenVinoRuntime:
    """The model's file, compiled once."""
    return OpenVinoRuntime(FILES.folder / "model.onnx")


def bits(result: RowResult) -> tuple[bytes, ...]:
    return tuple(getattr(result, name).tobytes() for name in RowResult.__slots__)


def varied_rows(count: int) -> list[ModelRow]:
    """Return rows of all sorts of lengths, most of them short, as headlines are."""
    draw = np.random.default_rng(count)
    short, long = draw.integers(6, 31, count), draw.integers(6, BUCKETS[-1] + 1, count)
    lengths = np.where(draw.random(count) < 0.6, short, long).tolist()
    return [model_row(length, mentions=n % (MENTION_SLOTS + 1), seed=n) for n, length in enumerate(lengths)]


async def test_no_rows_give_no_results(model: FusionModel) -> None:
    assert list(await model.infer([])) == []


@pytest.mark.parametrize("mentions", [0, 1, MENTION_SLOTS])
async def test_rows_of_every_bucket_have_results_of_the_right_shapes(model: FusionModel, mentions: int) -> None:
    lengths = [*BUCKETS, *(bucket - 1 for bucket in BUCKETS), 3]
    rows = [model_row(length, mentions=mentions) for length in lengths]
    for row, result in zip(rows, await model.infer(rows), strict=True):
        tokens = len(row.input_ids)
        assert result.document_probabilities.shape == (len(LABELS),)
        assert result.mention_probabilities.shape == (mentions, len(LABELS))
        assert result.mention_relevance.shape == (mentions,)
        assert result.topic_probabilities.shape == (TOPICS,)
        assert result.embedding.shape == (EMBEDDING_SIZE,)
        assert result.document_evidence.shape == (tokens,)
        assert result.mention_evidence.shape == (mentions, tokens)


async def test_scores_are_probabilities_and_the_embedding_has_unit_length(model: FusionModel) -> None:
    for result in await model.infer(varied_rows(40)):
        sums = [result.document_probabilities.sum(), result.topic_probabilities.sum()]
        assert [*sums, *result.mention_probabilities.sum(axis=1)] == pytest.approx(
            [1.0] * (2 + len(result.mention_relevance)), abs=1e-4
        )
        assert ((result.mention_relevance >= 0) & (result.mention_relevance <= 1)).all()
        assert np.linalg.norm(result.embedding) == pytest.approx(1.0, abs=1e-3)


async def test_results_come_in_the_order_of_the_rows(model: FusionModel) -> None:
    rows = varied_rows(40)
    order = np.random.default_rng(7).permutation(len(rows)).tolist()
    straight = await model.infer(rows)
    shuffled = await model.infer([rows[place] for place in order])
    assert [bits(result) for result in shuffled] == [bits(straight[place]) for place in order]


async def test_result_does_not_depend_on_the_batch_to_the_bit(model: FusionModel) -> None:
    rows = varied_rows(70)
    together = [bits(result) for result in await model.infer(rows)]
    for size in (1, 7, 64):
        apart: list[RowResult] = []
        for start in range(0, len(rows), size):
            apart += await model.infer(rows[start : start + size])
        assert [bits(result) for result in apart] == together, size


async def test_result_does_not_depend_on_the_neighbours_to_the_bit(model: FusionModel) -> None:
    row = model_row(14, mentions=3)
    expected = bits((await model.infer([row]))[0])
    for count in range(1, 70, 3):
        others = [model_row(9 + seed % 8, mentions=seed % 9, seed=seed) for seed in range(count)]
        place = count // 2
        results = await model.infer([*others[:place], row, *others[place:]])
        assert bits(results[place]) == expected


async def test_mention_does_not_depend_on_the_others_of_its_row(model: FusionModel) -> None:
    row = model_row(20, mentions=4)
    alone = ModelRow(row.input_ids, row.mention_spans[2:3], row.kg_features[2:3], row.context_features)
    (all_four, only_one) = await model.infer([row, alone])
    assert _of_mention(all_four, 2) == _of_mention(only_one, 0)
    assert all_four.document_probabilities.tobytes() == only_one.document_probabilities.tobytes()


def _of_mention(result: RowResult, slot: int) -> Sequence[bytes]:
    arrays = (result.mention_probabilities, result.mention_relevance, result.mention_evidence)
    return [array[slot].tobytes() for array in arrays]


async def test_triton_and_the_process_compute_the_same(runtime: OpenVinoRuntime, triton_url: str) -> None:
    served = TritonModel(lambda: triton_client(triton_url), triton_url, served=SERVED, telemetry=Figures())
    await served.start()
    try:
        rows = varied_rows(40)
        here, there = await LocalModel(runtime, version=FILES.version).infer(rows), await served.infer(rows)
    finally:
        await served.stop()
    assert [bits(result) for result in here] == [bits(result) for result in there]
