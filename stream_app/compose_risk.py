"""The composition root's part for risk: settings to the causal model of the graph that is in use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stream_app.adapters.risk_models import RiskModels
from stream_app.causal.exposures import Limits
from stream_app.causal.parameters import CausalParameters, from_json, shipped_parameters
from stream_app.errors import ConfigurationError
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.settings import Settings


def build_risk_models(settings: Settings, graph: Callable[[], KnowledgeGraph]) -> RiskModels:
    """Return what gives the risk model; `graph` tells the present graph at each call."""
    limits = Limits(settings.risk_threshold, settings.risk_exposures)
    return RiskModels(graph, read_parameters(settings.causal_parameters), limits)


def read_parameters(file: Path | None) -> CausalParameters:
    """Return the parameters of the file, or the shipped priors; ConfigurationError where it holds none."""
    if file is None:
        return shipped_parameters()
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"STREAM_APP_CAUSAL_PARAMETERS: {file} cannot be used ({error}): write one by a fit, or unset it"
        ) from error
