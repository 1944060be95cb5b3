"""The reader of images in memory: what it was told that images show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stream_app.pipeline.image_text import ImageLine, ImageLines, Unread, WhyUnread

_HEIGHT = 20.0


class MemoryImageReader:
    """Knows some images by their bytes, as lines below one another, and takes all others for damaged."""

    def __init__(self, texts: Mapping[bytes, Sequence[str]]) -> None:
        self._texts = texts
        self.asked: list[bytes] = []

    async def read(self, images: Sequence[bytes]) -> list[ImageLines | Unread]:
        """Return what each image shows."""
        self.asked += images
        return [self._lines(image) for image in images]

    def _lines(self, image: bytes) -> ImageLines | Unread:
        if image not in self._texts:
            return Unread(WhyUnread.NO_IMAGE, "it is no image that can be read")
        return tuple(
            ImageLine(text, 0.9, 0.0, place * _HEIGHT, 100.0, (place + 1) * _HEIGHT)
            for place, text in enumerate(self._texts[image])
        )
