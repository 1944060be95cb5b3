"""Sorting of more lines than memory holds: sorted parts in a folder, then all of them side by side."""

from __future__ import annotations

import heapq
import io
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

Line = tuple[bytes, int, bytes]
"""What orders it, its number among those of equal order, and the line itself."""

_MOST_HELD = 50_000
_BUFFER_BYTES = 1 << 18
_NUMBER_BYTES, _LENGTH_BYTES = 8, 4


def sorted_lines(lines: Iterable[tuple[bytes, bytes]], folder: Path, *, most: int = _MOST_HELD) -> Iterator[Line]:
    """Yield `(rank, line)` pairs by rank and then by arrival, with `most` in memory and the rest in `folder`."""
    held: list[Line] = []
    parts: list[Path] = []
    for number, (rank, line) in enumerate(lines):
        held.append((rank, number, line))
        if len(held) >= most:
            parts.append(_write(sorted(held), folder / f"part-{len(parts)}.zst"))
            held = []
    with ExitStack() as opened:
        streams = [opened.enter_context(open_to_read(part)) for part in parts]
        yield from heapq.merge(*map(_read, streams), sorted(held))
    for part in parts:
        part.unlink()


def open_to_read(path: Path) -> BinaryIO:
    """Open a file that is compressed with zstd."""
    return cast("BinaryIO", io.BufferedReader(pa.input_stream(str(path), compression="zstd"), _BUFFER_BYTES))


def open_to_write(path: Path) -> BinaryIO:
    """Create a file that is compressed with zstd."""
    return cast("BinaryIO", io.BufferedWriter(pa.output_stream(str(path), compression="zstd"), _BUFFER_BYTES))


def _write(lines: Iterable[Line], path: Path) -> Path:
    with open_to_write(path) as file:
        for rank, number, line in lines:
            file.write(number.to_bytes(_NUMBER_BYTES, "big"))
            for part in (rank, line):
                file.write(len(part).to_bytes(_LENGTH_BYTES, "big") + part)
    return path


def _read(file: BinaryIO) -> Iterator[Line]:
    while number := file.read(_NUMBER_BYTES):
        rank, line = (file.read(int.from_bytes(file.read(_LENGTH_BYTES), "big")) for _ in range(2))
        yield rank, int.from_bytes(number, "big"), line
