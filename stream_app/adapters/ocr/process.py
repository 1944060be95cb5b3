"""One child process that reads images, started when it is first needed, and again after it was ended."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from typing import Any

import orjson

from stream_app.adapters.ocr.child import LENGTH

START_SECONDS = 60.0
_MODULE = "stream_app.adapters.ocr.child"
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1")
Answer = dict[str, Any]


class Absent(Exception):  # noqa: N818  (a state of the machine)
    """Images cannot be read on this machine; the message says why."""


class ReaderProcess:
    """Answers one image at a time; whoever asks waits for the answer before."""

    def __init__(self, *, timeout_seconds: float, module: str = _MODULE) -> None:
        self._timeout, self._module = timeout_seconds, module
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    async def ask(self, image: bytes) -> Answer:
        """Return the answer; Absent, TimeoutError, or EOFError where the process ended over it: it is ended then."""
        try:
            process = await self._running()
            return await asyncio.wait_for(_asked(process, image), self._timeout)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            await self.stop()
            raise EOFError("the process that reads images ended") from error
        except BaseException:
            await self.stop()
            raise

    async def start(self) -> None:
        """Start it, unless it runs; Absent where it cannot."""
        try:
            await self._running()
        except asyncio.IncompleteReadError as error:
            await self.stop()
            raise Absent("the process that reads images ended at its start") from error

    async def stop(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _running(self) -> Process:
        if self._process is None:
            # A session of its own: Ctrl-C ends the worker, and the worker's end ends this one.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, stdin=PIPE, stdout=PIPE, start_new_session=True,
                env=os.environ | _THREADS,
            )  # fmt: skip
            first = await asyncio.wait_for(_answer(self._process), START_SECONDS)
            if "absent" in first:
                await self.stop()
                raise Absent(first["absent"])
        return self._process


async def _asked(process: Process, image: bytes) -> Answer:
    assert process.stdin is not None  # noqa: S101  (it is a pipe)
    process.stdin.write(LENGTH.pack(len(image)) + image)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: Process) -> Answer:
    assert process.stdout is not None  # noqa: S101  (it is a pipe)
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    answer: Answer = orjson.loads(await process.stdout.readexactly(length))
    return answer
