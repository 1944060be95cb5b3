"""What every reader of images promises, in memory and by OCR: an answer for each, in order, whatever the bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from stream_app.adapters.memory_images import MemoryImageReader
from stream_app.adapters.ocr.reader import OcrReader
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.pipeline.image_text import Unread, running_text
from stream_app.pipeline.ports import ImageReader
from tests.pictures import picture

SHOWN = {picture("Boeing wins order"): ["Boeing wins order"], picture("Nestle recalls"): ["Nestle recalls"]}


@pytest.fixture(params=["memory", "ocr"])
async def reader(request: pytest.FixtureRequest) -> AsyncIterator[ImageReader]:
    if request.param == "memory":
        yield MemoryImageReader(SHOWN)
        return
    pytest.importorskip("rapidocr_onnxruntime")
    made = OcrReader(MemoryTelemetry(), timeout_seconds=60)
    yield made
    await made.stop()


async def test_answers_come_in_the_order_of_the_images_and_twice_the_same(reader: ImageReader) -> None:
    first, second = SHOWN
    asked = [second, b"no image", first, b"", second]
    found = [one if isinstance(one, Unread) else running_text(one) for one in await reader.read(asked)]
    assert [one for one in found if isinstance(one, str)] == ["Nestle recalls", "Boeing wins order", "Nestle recalls"]
    assert [isinstance(one, Unread) for one in found] == [False, True, False, True, False]
    assert await reader.read(asked) == await reader.read(asked)


async def test_no_image_is_no_answer(reader: ImageReader) -> None:
    assert list(await reader.read([])) == []
