"""What is asked of the model for selection and drift is read as serving reads it, by the network for its language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stream_app.adapters.memory_model import MemoryModel
from stream_app.adapters.model_repository import ModelFiles, read_model
from stream_app.pipeline.rows import ModelRow, RowResult
from stream_app.training.labelling.answers import Answerer
from tests.conftest import MODEL_REPOSITORY
from tests.factories import document
from tests.unit.pipeline.flow_path import SNAPSHOT

ENGLISH = document(id="en", title="Shares of the company rise after strong results")
CHINESE = document(id="zh", title="公司宣布回购股份，净利润同比下降")
GERMAN = document(id="de", title="Der Vorstand hat am Montag die Zahlen für das Jahr vorgelegt", lang="de")


class _Heard(MemoryModel):
    """Remembers the rows that it was asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ModelRow] = []

    async def infer(self, rows: Sequence[ModelRow]) -> list[RowResult]:
        self.rows += rows
        return await super().infer(rows)


@pytest.fixture(scope="module")
def files() -> ModelFiles:
    return read_model(MODEL_REPOSITORY, 1)


async def test_each_text_is_read_with_the_tokenizer_of_its_language(files: ModelFiles) -> None:
    model = _Heard()
    english, chinese, german = await Answerer(model, files, SNAPSHOT).answer([ENGLISH, CHINESE, GERMAN])
    assert english is not None
    assert chinese is not None
    assert german is None
    first = files.further[0].first_id
    assert model.rows[0].input_ids.max() < first <= model.rows[1].input_ids.min()
    assert chinese.tokens < len(CHINESE.title)
    assert (english.unknown, chinese.unknown) == (0, 0)


@pytest.mark.parametrize("text", ["Shares rise on the news of \U00012000", "公司宣布回购股份\U00012000\U00012001"])
async def test_signs_that_a_network_has_no_piece_of_are_counted_as_unknown(files: ModelFiles, text: str) -> None:
    (answer,) = await Answerer(MemoryModel(), files, SNAPSHOT).answer([document(title=text)])
    assert answer is not None
    assert answer.unknown == 1


def test_what_a_further_network_reads_is_not_held_against_texts_of_the_main_one(files: ModelFiles) -> None:
    asked = Answerer(MemoryModel(), files, SNAPSHOT)
    assert asked.read_by_main([ENGLISH, CHINESE, GERMAN]) == [ENGLISH, GERMAN]
