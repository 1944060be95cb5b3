"""A row is computed once, and what is kept is what the model said, to the bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from stream_app.adapters.caching_model import CachingModel
from stream_app.adapters.memory_model import MemoryModel
from stream_app.adapters.result_file import ResultFile
from stream_app.pipeline.rows import ModelRow, RowResult
from tests.figures import Figures
from tests.model_rows import model_row

ROWS = [model_row(length, mentions=length % 4, seed=length) for length in (3, 9, 17, 30)]


class CountingModel(MemoryModel):
    """Counts the rows that it is asked for."""

    def __init__(self, version: str = "memory") -> None:
        super().__init__(version)
        self.asked = 0

    async def infer(self, rows: Sequence[ModelRow]) -> list[RowResult]:
        self.asked += len(rows)
        return await super().infer(rows)


def bits(results: Sequence[RowResult]) -> list[tuple[bytes, ...]]:
    return [tuple(getattr(one, part.name).tobytes() for part in fields(one)) for one in results]


def shapes(results: Sequence[RowResult]) -> list[tuple[tuple[int, ...], ...]]:
    return [tuple(getattr(one, part.name).shape for part in fields(one)) for one in results]


async def test_second_reading_asks_nothing_and_gives_the_same_bits(tmp_path: Path) -> None:
    model, plain = CountingModel(), await MemoryModel().infer(ROWS)
    for _ in range(2):
        found = await CachingModel(model, ResultFile(tmp_path / "a.sqlite"), Figures()).infer(ROWS)
        assert bits(found) == bits(plain)
        assert shapes(found) == shapes(plain)
    assert model.asked == len(ROWS)


async def test_row_that_comes_twice_at_once_is_computed_once(tmp_path: Path) -> None:
    model = CountingModel()
    found = await CachingModel(model, ResultFile(tmp_path / "a.sqlite"), Figures()).infer([*ROWS, *ROWS])
    assert model.asked == len(ROWS)
    assert bits(found[: len(ROWS)]) == bits(found[len(ROWS) :])


@pytest.mark.parametrize("part", ["input_ids", "mention_spans", "kg_features", "context_features"])
async def test_row_that_differs_anywhere_is_another(tmp_path: Path, part: str) -> None:
    model = CountingModel()
    cached = CachingModel(model, ResultFile(tmp_path / "a.sqlite"), Figures())
    row = model_row(12, mentions=2, seed=1)
    changed = getattr(row, part).copy()
    changed.flat[0] += 1
    await cached.infer([row])
    await cached.infer([replace(row, **{part: changed})])
    assert model.asked == 2


async def test_another_version_of_the_model_is_asked_anew(tmp_path: Path) -> None:
    store = ResultFile(tmp_path / "a.sqlite")
    models = [CountingModel("one"), CountingModel("two")]
    for model in models:
        await CachingModel(model, store, Figures()).infer(ROWS)
    assert [model.asked for model in models] == [len(ROWS)] * 2


async def test_file_that_is_none_costs_time_and_no_result(tmp_path: Path) -> None:
    broken = tmp_path / "a.sqlite"
    broken.write_bytes(b"no database " * 400)
    model = CountingModel()
    for _ in range(2):
        found = await CachingModel(model, ResultFile(broken), Figures()).infer(ROWS)
        assert bits(found) == bits(await MemoryModel().infer(ROWS))
    assert model.asked == 2 * len(ROWS)


def test_many_keys_are_found_in_one_call(tmp_path: Path) -> None:
    store = ResultFile(tmp_path / "a.sqlite")
    values = {number.to_bytes(4, "big"): np.float32(number).tobytes() for number in range(1201)}
    store.put(values)
    assert store.get([*values, b"none"]) == values
