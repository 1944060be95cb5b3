"""What a run is made of beside its input: what the settings, the graph and this machine come to."""

from __future__ import annotations

from typing import Any

from stream_app.adapters.model_repository import read_model
from stream_app.adapters.openvino import local_report
from stream_app.compose_risk import read_parameters
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.replay.folder import RunFile
from stream_app.replay.manifest import Made, Runtime, code_version, sha256_of
from stream_app.replay.request import Request
from stream_app.settings import Settings

_LOCAL = ("127.0.0.1", "localhost", "[::1]")


def constituents(settings: Settings, graph: KnowledgeGraph, run: RunFile) -> Made:
    """Return what the run's results depend on."""
    rules = Request.model_validate(run.request).configuration() | _judging(settings)
    return Made(
        kg_version=graph.version,
        model_version=read_model(settings.model_repository, settings.model_version).version,
        code_version=code_version(),
        model_runtime=runtime_of(settings),
        events_config_sha256=sha256_of(rules),
        config_sha256=sha256_of(rules | {"subscriptions": run.subscriptions}),
    )


def runtime_of(settings: Settings) -> Runtime:
    """Return what computes the scores: this machine, or a Triton elsewhere, which does not tell."""
    url = settings.triton_url
    if url is None or url.rpartition(":")[0] in _LOCAL:
        report = local_report()
        return Runtime(runtime=report.runtime, precision=report.precision, processor_flags=report.processor_flags)
    return Runtime(runtime=f"triton at {url}", precision="as served")


def _judging(settings: Settings) -> dict[str, Any]:
    """Return the settings that decide what is told of a risk, and which server computes."""
    return {
        "risk_threshold": settings.risk_threshold,
        "risk_exposures": settings.risk_exposures,
        "causal_parameters": read_parameters(settings.causal_parameters).version,
        "triton_server": str(settings.triton_server or ""),
        "triton_model_config": settings.triton_model_config,
    }
