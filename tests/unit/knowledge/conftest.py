"""The real graph and its linker, built once a session: the claims are about what is shipped."""

from __future__ import annotations

import pytest

from stream_app.knowledge.build import build_graph
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return build_graph()


@pytest.fixture(scope="session")
def linker(graph: KnowledgeGraph) -> Linker:
    return Linker(graph)
