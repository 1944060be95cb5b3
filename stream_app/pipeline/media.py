"""The second step of the flow: texts in a document's images join it, as its field `media`.

An image that cannot be read leaves the rest of its document alone; a document that has nothing else is rejected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from stream_app.events.dead_letter import ErrorKind
from stream_app.events.media_read import MediaRead
from stream_app.pipeline.documents import TextDocument
from stream_app.pipeline.image_text import ImageLines, Unread, confidence, running_text
from stream_app.pipeline.pictures import MOST_IMAGES, beyond_limit, bytes_of, without_reader
from stream_app.pipeline.ports import ImageReader, Telemetry
from stream_app.pipeline.records import Rejection

MEDIA_TOTAL = "stream_app_media_total"
_DECIMALS = 6
_BETWEEN = "\n"
_SHOWN = 300

Results = Mapping[bytes, ImageLines | Unread]


class MediaReading:
    """Has the images of documents read, each different one of a batch once."""

    def __init__(self, images: ImageReader | None, telemetry: Telemetry | None = None) -> None:
        """`images` is None where nothing can read them."""
        self._images, self._telemetry = images, telemetry

    async def read(self, documents: Iterable[TextDocument | Rejection]) -> list[TextDocument | Rejection]:
        """Return the documents with what their media say, in order; a batch without any comes back at once."""
        kept = list(documents)
        if not any(isinstance(one, TextDocument) and one.media for one in kept):
            return kept
        asked = [_asked(one, can_read=self._images is not None) for one in kept]
        wanted = list(dict.fromkeys(image for parts in asked for image in parts if isinstance(image, bytes)))
        answers = await self._images.read(wanted) if self._images and wanted else ()
        results = dict(zip(wanted, answers, strict=True))
        self._report(results, asked)
        return [_joined(one, parts, results) for one, parts in zip(kept, asked, strict=True)]

    def _report(self, results: Results, asked: Iterable[Sequence[bytes | Unread]]) -> None:
        if self._telemetry is None:
            return
        outcomes = Counter(_outcome(_result(part, results)) for parts in asked for part in parts)
        for outcome, count in outcomes.items():
            self._telemetry.count(MEDIA_TOTAL, count, outcome=outcome)


def _asked(one: TextDocument | Rejection, *, can_read: bool) -> list[bytes | Unread]:
    """Return for each of the document's media what is to be read, or why it is not."""
    return [] if isinstance(one, Rejection) else list(_limited(map(bytes_of, one.media), can_read=can_read))


def _limited(parts: Iterable[bytes | Unread], *, can_read: bool) -> Iterator[bytes | Unread]:
    images = 0
    for part in parts:
        images += isinstance(part, bytes)
        if isinstance(part, Unread) or (can_read and images <= MOST_IMAGES):
            yield part
        else:
            yield beyond_limit() if can_read else without_reader()


def _result(part: bytes | Unread, results: Results) -> ImageLines | Unread:
    return part if isinstance(part, Unread) else results[part]


def _outcome(result: ImageLines | Unread) -> str:
    if isinstance(result, Unread):
        return result.why
    return "read" if result else "no_text"


def _joined(
    one: TextDocument | Rejection, parts: Sequence[bytes | Unread], results: Results
) -> TextDocument | Rejection:
    if isinstance(one, Rejection) or not parts:
        return one
    read, text = _read(one, [_result(part, results) for part in parts])
    if one.title or one.body or text:
        return replace(one, media_text=text, media_read=read)
    return Rejection(ErrorKind.UNSUPPORTED_MEDIA, *_nothing(read))


def _read(document: TextDocument, results: Sequence[ImageLines | Unread]) -> tuple[tuple[MediaRead, ...], str]:
    """Return what is said of each medium, and all their texts as one."""
    found, text = [], ""
    for medium, result in zip(document.media, results, strict=True):
        if isinstance(result, Unread):
            found.append(MediaRead(kind=medium.kind, unread=result.message))
            continue
        shown = running_text(result)
        text += _BETWEEN if text and shown else ""
        sure = round(confidence(result), _DECIMALS) if shown else None
        found.append(MediaRead(kind=medium.kind, text=shown, start=len(text), confidence=sure))
        text += shown
    return tuple(found), text


def _nothing(read: Sequence[MediaRead]) -> tuple[str, str]:
    """Return the field at fault and the reason, of a document that has nothing but media without text."""
    place, first = next(((place, one) for place, one in enumerate(read) if one.unread), (0, read[0]))
    why = first.unread or "its images show none"
    return f"media.{place}", f"the document has no text of its own, and none in its media: {why:.{_SHOWN}}"
