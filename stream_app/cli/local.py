"""The flow in this process: the shipped model on OpenVINO and a graph built now, without any server."""

from __future__ import annotations

import asyncio
import os
from functools import partial

from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.local_model import LocalModel
from stream_app.adapters.model_repository import ModelFiles, read_model
from stream_app.adapters.networks import runtime_of
from stream_app.compose_model import build_reader
from stream_app.compose_risk import build_risk_models
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.media import MediaReading
from stream_app.pipeline.score_risks import risks_of
from stream_app.pipeline.score_texts import TextScorer
from stream_app.pipeline.snapshot import Snapshot
from stream_app.settings import Settings


def local_model(settings: Settings) -> tuple[LocalModel, ModelFiles]:
    """Return the shipped model, compiled for this processor, and what belongs to it."""
    files = read_model(settings.model_repository, settings.model_version)
    cores = os.cpu_count() or 1
    runtime = runtime_of(files, streams=cores, threads=cores)
    return LocalModel(runtime, version=files.version, streams=cores), files


def text_scorer(settings: Settings) -> tuple[TextScorer, KnowledgeGraph, str]:
    """Return what scores texts without their risks, the graph that it links with, and the model's version."""
    model, files = local_model(settings)
    graph = installed_graph()
    snapshot = Snapshot(graph.version, Linker(graph))
    return TextScorer(build_reader(model, files), snapshot, compute=asyncio.to_thread), graph, files.version


def local_scorer(settings: Settings, media: MediaReading | None = None) -> TextScorer:
    """Return what scores texts here, their images too where `media` reads them; takes seconds to be ready."""
    model, files = local_model(settings)
    graph = installed_graph()
    risk = build_risk_models(settings, lambda: graph).current()
    return TextScorer(
        build_reader(model, files),
        Snapshot(graph.version, Linker(graph)),
        compute=asyncio.to_thread,
        media=media,
        risks=partial(risks_of, model=risk, model_version=files.version),
    )
