"""A graph as bytes: its version, then its canonical JSON lines, compressed; equal graphs give equal bytes."""

from __future__ import annotations

import gzip
import zlib

import orjson

from stream_app.errors import DataError
from stream_app.knowledge.graph import KnowledgeGraph, from_lines, to_lines

_LEVEL = 3  # of zlib; 6 takes three times as long for a file a fifth smaller


def to_bytes(graph: KnowledgeGraph) -> bytes:
    """Return the graph as gzip-compressed JSON lines, the first of which names the version."""
    head = orjson.dumps({"kg_version": graph.version})
    return gzip.compress(b"\n".join([head, *to_lines(graph)]), _LEVEL, mtime=0)


def from_bytes(data: bytes, where: str) -> KnowledgeGraph:
    """Return the graph that `to_bytes` wrote; DataError, which says `where`, unless its content is its version's."""
    try:
        head, *lines = gzip.decompress(data).split(b"\n")
        version = orjson.loads(head)["kg_version"]
        graph = from_lines(lines)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{where} is no knowledge graph ({error}): run `stream-app kg build` and load it again"
        ) from error
    if graph.version != version:
        raise DataError(f"{where} says {version}, but holds {graph.version}: build and load it again with `kg load`")
    return graph
