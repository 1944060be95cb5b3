"""An image's bytes to pixels, within limits that are checked before anything is unpacked."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_PIXELS = 12_000_000
"""A photo of a phone; an image of more is not unpacked, however few bytes it takes."""
LONGEST_SIDE = 1600
"""Larger images are made smaller: letters that only more pixels would show are seldom meant to be read."""
MOST_STRETCHED = 30
"""How many times as long as wide; text detection enlarges by the shorter side."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_LEAST_SIDE = 8


class Unreadable(Exception):  # noqa: N818  (a property of an image)
    """The bytes are no image that is read; `why` is a `WhyUnread`."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


def pixels_of(content: bytes) -> NDArray[np.uint8]:
    """Return the image, its first frame, `[height, width, 3]`, blue first, on white where it is transparent.

    It is turned as its EXIF data say that it is to be looked at.
    """
    from PIL import Image  # noqa: PLC0415  (belongs to the extra)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the limits are ours
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check(*image.size)
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                return _on_white(image)
        except Unreadable:
            raise
        except Image.DecompressionBombError as error:
            raise Unreadable("too_large", f"it has too many pixels, over {MOST_PIXELS:,}") from error
        except Exception as error:
            # Decoders of damaged images raise whatever they come upon: OSError, SyntaxError, struct.error, ValueError.
            raise Unreadable("no_image", f"it is no image that can be read ({', '.join(FORMATS)})") from error


def _check(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Unreadable("too_large", f"it has {width} × {height} pixels, over {MOST_PIXELS:,}")
    short, long = sorted((width, height))
    if short < _LEAST_SIDE or long > MOST_STRETCHED * short:
        raise Unreadable("no_image", f"{width} × {height} pixels are too narrow for text")


def _on_white(image: Any) -> NDArray[np.uint8]:  # noqa: ANN401  (PIL is imported late)
    from PIL import Image  # noqa: PLC0415

    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    image = _upright(image)
    if image.mode.startswith("I"):  # grey in 16 bits, which PIL would cut off at 255
        image = Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        image = Image.new("RGBA", coloured.size, "white")
        image.alpha_composite(coloured)
    return np.ascontiguousarray(np.asarray(image.convert("RGB"), dtype=np.uint8)[:, :, ::-1])


def _upright(image: Any) -> Any:  # noqa: ANN401
    """Return the image as it is to be looked at: phones save what the sensor saw, and beside it which way up it is."""
    from PIL import ImageOps  # noqa: PLC0415

    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001  (damaged notes beside an image, on which PIL raises whatever it comes upon)
        return image
