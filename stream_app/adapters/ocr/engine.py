"""RapidOCR with its own models, on one thread: bytes to lines, as JSON can say them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from stream_app.adapters.ocr.opening import Unreadable, pixels_of
from stream_app.adapters.ocr.spaces import Decoder

MOST_LINES = 200

Line = tuple[str, float, float, float, float, float]
"""Text, confidence, left, top, right, bottom."""


class Engine:
    """Reads images one after the other; making one takes half a second."""

    def __init__(self) -> None:
        from rapidocr_onnxruntime import RapidOCR  # noqa: PLC0415  (belongs to the extra)

        logging.disable(logging.WARNING)  # it tells of every image without text
        self._read = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
        recogniser = self._read.text_rec
        recogniser.postprocess_op = Decoder(recogniser.postprocess_op.character)

    def lines(self, content: bytes) -> list[Line]:
        """Return the lines of an image in reading order; Unreadable where it is none."""
        found, _ = self._read(pixels_of(content))
        return list(_in_order(found or ()))[:MOST_LINES]

    def answer(self, content: bytes) -> dict[str, Any]:
        """Return what is sent back for an image: its lines, or why it was not read."""
        try:
            return {"lines": self.lines(content)}
        except Unreadable as error:
            return {"why": error.why, "message": str(error)}
        except Exception as error:  # noqa: BLE001  (whatever an image trips in other people's code)
            return {"why": "reader_failed", "message": f"reading it failed ({type(error).__name__})"}


def _in_order(found: Iterable[Any]) -> Iterator[Line]:
    """Yield lines top down, those of one height from the left: boxes come nearly so, but for a few pixels."""
    boxes = [(text, float(sure), *_bounds(corners)) for corners, text, sure in found if text.strip()]
    rows: list[list[Line]] = []
    for box in sorted(boxes, key=lambda one: (one[3] + one[5], one[2])):
        middle = (box[3] + box[5]) / 2
        if rows and middle < rows[-1][0][5] and middle - rows[-1][0][3] < rows[-1][0][5] - rows[-1][0][3]:
            rows[-1].append(box)
        else:
            rows.append([box])
    return chain.from_iterable(sorted(row, key=lambda one: one[2]) for row in rows)


def _bounds(corners: Any) -> tuple[float, float, float, float]:  # noqa: ANN401  (of RapidOCR)
    across, down = [float(one[0]) for one in corners], [float(one[1]) for one in corners]
    return min(across), min(down), max(across), max(down)
