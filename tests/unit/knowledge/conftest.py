"""The real graph and its linker, read once a session: the claims are about what is shipped.

The graph is built where none is kept of these sources; that another process builds the same one, `test_build.py` tells.
"""

from __future__ import annotations

import pytest

from stream_app.adapters.installed_graph import installed_graph
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return installed_graph()


@pytest.fixture(scope="session")
def linker(graph: KnowledgeGraph) -> Linker:
    return Linker(graph)
