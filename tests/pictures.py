"""Pictures for tests, drawn with a font that comes with matplotlib, so that they are the same on every machine."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont


def drawn(
    lines: Sequence[str], *, size: tuple[int, int] = (900, 260), letters: int = 30, font: str = "DejaVuSans"
) -> Image.Image:
    """Return black lines on white, below one another."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    face = ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"), letters)
    for number, line in enumerate(lines):
        pen.text((letters, letters + number * letters * 1.4), line, fill="black", font=face)
    return image


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    """Return the image as a file."""
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def picture(*lines: str, letters: int = 30) -> bytes:
    """Return a PNG that shows the lines."""
    return saved(drawn(lines, letters=letters))
