"""The causal model of the graph that is in use: built anew when another version is adopted."""

from __future__ import annotations

import threading
from collections.abc import Callable

from stream_app.causal.arcs import causal_graph
from stream_app.causal.exposures import Limits
from stream_app.causal.parameters import CausalParameters
from stream_app.causal.risks import RiskModel
from stream_app.knowledge.graph import KnowledgeGraph


class RiskModels:
    """Gives the risk model of the present graph; safe to ask from several threads."""

    def __init__(self, graph: Callable[[], KnowledgeGraph], parameters: CausalParameters, limits: Limits) -> None:
        """`graph` tells the present one."""
        self._graph, self.parameters, self.limits = graph, parameters, limits
        self._lock = threading.Lock()
        self._model: RiskModel | None = None

    def current(self) -> RiskModel:
        """Return the model of the present graph; builds it where the graph is new."""
        graph = self._graph()
        with self._lock:
            if self._model is None or self._model.graph.version != graph.version:
                self._model = RiskModel(causal_graph(graph), self.parameters, self.limits)
            return self._model
