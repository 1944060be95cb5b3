"""RapidOCR on pictures that are drawn here: what they show is read, and what hurts is an outcome."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image, ImageOps

from stream_app.adapters.ocr.opening import LONGEST_SIDE, Unreadable, pixels_of
from stream_app.adapters.ocr.process import Absent, ReaderProcess
from stream_app.adapters.ocr.reader import OcrReader
from stream_app.adapters.ocr.spaces import decode
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.pipeline.image_text import Unread, WhyUnread, running_text
from tests.pictures import drawn, picture, saved

WORDS = "Apple halts iPhone production"
IN_ONE_LOOP = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[OcrReader]:
    """A reader whose process loads its networks once for the tests that leave it as it was."""
    pytest.importorskip("rapidocr_onnxruntime")
    made = OcrReader(MemoryTelemetry(), timeout_seconds=60)
    yield made
    await made.stop()


async def text_of(reader: OcrReader, content: bytes) -> str:
    (found,) = await reader.read([content])
    assert not isinstance(found, Unread), found
    return running_text(found)


@IN_ONE_LOOP
@pytest.mark.parametrize("letters", [16, 34])
async def test_words_are_read_with_the_spaces_between_them(reader: OcrReader, letters: int) -> None:
    text = await text_of(reader, picture(WORDS, "in Zhengzhou after a fire", letters=letters))
    assert text == f"{WORDS} in Zhengzhou after a fire"


@IN_ONE_LOOP
async def test_kinds_of_files_and_transparency_are_read_and_the_process_outlives_what_is_no_image(
    reader: OcrReader,
) -> None:
    shown = drawn([WORDS])
    clear = Image.new("RGBA", shown.size, "black")
    clear.putalpha(ImageOps.invert(shown.convert("L")))
    for content in (saved(shown, "JPEG"), saved(shown, "WEBP"), saved(clear)):
        assert await text_of(reader, content) == WORDS
        (damaged,) = await reader.read([content[:300]])
        assert isinstance(damaged, Unread)
        assert damaged.why is WhyUnread.NO_IMAGE


@IN_ONE_LOOP
async def test_picture_without_text_has_none(reader: OcrReader) -> None:
    assert await text_of(reader, picture()) == ""


async def test_image_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    pytest.importorskip("rapidocr_onnxruntime")
    reader = OcrReader(MemoryTelemetry(), timeout_seconds=60)
    try:
        await reader.read([picture("warm")])
        reader._all[0]._timeout = 0.001  # noqa: SLF001  (only now, when it is warm)
        (slow,) = await reader.read([picture(WORDS)])
        assert isinstance(slow, Unread)
        assert slow.why is WhyUnread.TOO_SLOW
        reader._all[0]._timeout = 60  # noqa: SLF001
        assert await text_of(reader, picture(WORDS)) == WORDS
    finally:
        await reader.stop()


async def test_machine_without_the_package_says_so_and_goes_on() -> None:
    process = ReaderProcess(timeout_seconds=5, module="stream_app.adapters.ocr.nothing")
    with pytest.raises(Absent, match="ended"):
        await process.start()
    assert process.pid is None


def bomb(side: int) -> bytes:
    """Return a PNG that says it is `side` pixels wide and high, with hardly any bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [4_000, 20_000])
def test_image_that_would_unpack_to_too_much_is_refused_before_it_does(side: int) -> None:
    with pytest.raises(Unreadable, match="pixels") as caught:
        pixels_of(bomb(side))
    assert caught.value.why == WhyUnread.TOO_LARGE


@pytest.mark.parametrize("size", [(1, 1), (4000, 20)])
def test_image_too_narrow_for_text_is_none(size: tuple[int, int]) -> None:
    with pytest.raises(Unreadable, match="narrow"):
        pixels_of(saved(Image.new("RGB", size)))


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "PDF"])
def test_other_formats_are_not_opened(kind: str) -> None:
    with pytest.raises(Unreadable):
        pixels_of(saved(drawn([WORDS]), kind))


def test_large_image_is_made_smaller_and_only_the_first_frame_counts() -> None:
    assert max(pixels_of(saved(Image.new("L", (3000, 2000)))).shape) == LONGEST_SIDE
    frames = io.BytesIO()
    Image.new("L", (40, 30), 255).save(frames, "GIF", save_all=True, append_images=[Image.new("L", (40, 30), 0)] * 3)
    assert pixels_of(frames.getvalue()).shape == (30, 40, 3)
    assert pixels_of(frames.getvalue()).min() == 255


@pytest.mark.parametrize(("suspicion", "text"), [(0.0, "ab"), (0.029, "ab"), (0.031, "a b"), (0.9, "a b")])
def test_suspected_space_between_letters_becomes_one(suspicion: float, text: str) -> None:
    columns = np.array([[0, 1, 0, 0], [1 - suspicion, 0, 0, suspicion], [0, 0, 1, 0], [0, 0, 1, 0]], np.float32)
    assert decode(columns, ["", "a", "b", " "]) == (text, 1.0)


def test_photo_is_turned_as_it_is_to_be_looked_at_and_damaged_notes_beside_it_do_no_harm() -> None:
    shown = Image.new("RGB", (200, 100), "white")
    shown.paste("black", (0, 0, 100, 50))
    note = Image.Exif()
    note[0x0112] = 6  # turn it by a quarter to the right
    turned, damaged = io.BytesIO(), io.BytesIO()
    lying = shown.transpose(Image.Transpose.ROTATE_90)
    lying.save(turned, "JPEG", exif=note.tobytes())
    lying.save(damaged, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
    upright = pixels_of(turned.getvalue())
    assert upright.shape == (100, 200, 3)
    assert upright[25, 50].max() < 16
    assert upright[75, 150].min() > 240
    assert pixels_of(damaged.getvalue()).shape == (200, 100, 3)


def test_grey_of_16_bits_keeps_its_shades() -> None:
    shades = np.full((20, 40), 30_000, np.uint16)
    shades[:, 20:] = 65_535
    pixels = pixels_of(saved(Image.fromarray(shades)))
    assert (pixels[10, 10].tolist(), pixels[10, 30].tolist()) == ([117] * 3, [255] * 3)
