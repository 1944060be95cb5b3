"""The process that reads images: a length and bytes on its standard input, a length and JSON on its output.

Its first answer says that it is ready, or why it never will be. It ends when its input does.
"""

from __future__ import annotations

import os
import resource
import struct
import sys
from typing import BinaryIO

import orjson

LENGTH = struct.Struct(">I")
MOST_MEMORY_BYTES = 4 * 1024**3
"""Of address space: what an image may take at most; RapidOCR takes about 1 GiB of memory."""


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        from stream_app.adapters.ocr.engine import Engine  # noqa: PLC0415  (its packages may be missing)

        engine = Engine()
    except Exception as error:  # noqa: BLE001  (a missing package, a missing library, a damaged model)
        _send(answers, {"absent": f"{error}"})
        return
    _send(answers, {"ready": True})
    while (content := _received(sys.stdin.buffer)) is not None:
        _send(answers, engine.answer(content))


def _send(stream: BinaryIO, answer: object) -> None:
    content = orjson.dumps(answer)
    stream.write(LENGTH.pack(len(content)) + content)
    stream.flush()


def _received(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


if __name__ == "__main__":
    main()
