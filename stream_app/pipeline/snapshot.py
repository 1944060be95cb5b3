"""An immutable version of the knowledge graph, ready to link with; a batch uses one."""

from __future__ import annotations

from dataclasses import dataclass

from stream_app.knowledge.linking import Linker


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A graph's version and the linker built from it."""

    kg_version: str
    linker: Linker
