"""The reader of images: a few processes, what they said lately, and an outcome for whatever they meet."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from time import perf_counter

import structlog

from stream_app.adapters.ocr.process import Absent, Answer, ReaderProcess
from stream_app.pipeline.image_text import ImageLine, ImageLines, Unread, WhyUnread
from stream_app.pipeline.ports import Telemetry

_log = structlog.get_logger(__name__)
_KEPT = 1024
"""Images whose text is kept: the same picture is posted by many."""
_ABSENT_ADVICE = "pip install 'stream-app[media]', see doctor"

Result = ImageLines | Unread


class OcrReader:
    """Reads up to `processes` images at a time, each within `timeout_seconds`; nothing runs before the first image."""

    def __init__(self, telemetry: Telemetry, *, processes: int = 1, timeout_seconds: float = 30.0) -> None:
        self._telemetry, self._timeout = telemetry, timeout_seconds
        self._all = [ReaderProcess(timeout_seconds=timeout_seconds) for _ in range(processes)]
        self._idle: asyncio.LifoQueue[ReaderProcess] = asyncio.LifoQueue()
        for one in self._all:
            self._idle.put_nowait(one)
        self._kept: OrderedDict[bytes, Result] = OrderedDict()
        self._absent: str | None = None
        self._reading = 0

    @property
    def busy(self) -> bool:
        """Whether images are being read, for which a batch may take minutes."""
        return self._reading > 0

    async def read(self, images: Sequence[bytes]) -> list[Result]:
        """Return for each image its lines or why it was not read, in order; raises for no bytes whatever."""
        self._reading += 1
        try:
            return list(await asyncio.gather(*map(self._known, images)))
        finally:
            self._reading -= 1

    async def stop(self) -> None:
        """End the processes."""
        await asyncio.gather(*(one.stop() for one in self._all))

    async def _known(self, image: bytes) -> Result:
        key = blake2b(image, digest_size=16).digest()
        if key not in self._kept:
            result = await self._fresh(image)
            if isinstance(result, Unread) and result.why in {WhyUnread.TOO_SLOW, WhyUnread.NO_READER}:
                return result  # another time it may be read
            self._kept[key] = result
        self._kept.move_to_end(key)
        result = self._kept[key]
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return result

    async def _fresh(self, image: bytes) -> Result:
        process = await self._idle.get()
        try:
            return await self._asked(process, image)
        finally:
            self._idle.put_nowait(process)

    async def _asked(self, process: ReaderProcess, image: bytes) -> Result:
        if self._absent is not None:
            return _without(self._absent)
        begun = perf_counter()
        try:
            return _result(await process.ask(image))
        except Absent as error:
            _log.warning("images are not read", error=str(error))
            self._absent = str(error)
            return _without(self._absent)
        except TimeoutError:
            return Unread(WhyUnread.TOO_SLOW, f"reading it took over {self._timeout:g} s")
        except EOFError:
            return Unread(WhyUnread.READER_FAILED, "reading it ended the process that reads images")
        finally:
            self._telemetry.observe("stream_app_image_seconds", perf_counter() - begun)


def _result(answer: Answer) -> Result:
    if "why" in answer:
        return Unread(WhyUnread(answer["why"]), answer["message"])
    return tuple(ImageLine(*line) for line in answer["lines"])


def _without(why: str) -> Unread:
    return Unread(WhyUnread.NO_READER, f"images are not read here ({why:.200}): {_ABSENT_ADVICE}")
