"""`stream-app bench`: what this machine gives, in one run, as figures and their ratio."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.table import Table

from stream_app.adapters.batching import BatchLimits
from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.model_repository import ModelFiles, read_model
from stream_app.bench.ceiling import ceiling_rate
from stream_app.bench.corpus import headlines
from stream_app.bench.matching import matching_rates
from stream_app.bench.propagation import PropagationFigures, propagation_figures
from stream_app.bench.stages import StageRates, stage_rates
from stream_app.bench.stream import Latency, StreamBench
from stream_app.causal.parameters import shipped_parameters
from stream_app.cli.output import announce, stdout, write_json
from stream_app.cli.system import running_system
from stream_app.clients import connection_of
from stream_app.compose import PARTS
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.encoding import Encoder
from stream_app.settings import Settings

app = typer.Typer()
_LIMITS = BatchLimits(rows=64, tokens=1024)
_WARM_UP = 2_000
_LOAD = 0.5
_STREAMS = (
    ("end_to_end", frozenset({"ingest"}), "documents in, sentiment events out"),
    ("end_to_end_all_parts", PARTS, "the same with risk, rollups and alerts beside it"),
)
Figure = tuple[str, float, str]


@app.command()
def bench(
    *,
    documents: Annotated[int, typer.Option(min=1_000, help="Headlines of the end-to-end run.")] = 10_000,
    workers: Annotated[int, typer.Option(min=1, help="Workers of the end-to-end run.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line.")] = False,
) -> None:
    """Measure the model's ceiling, the stages alone, and the stream end to end on embedded servers.

    Example: stream-app bench --documents 20000
    """
    figures = list(_measure(documents, workers))
    if json:
        write_json({name: round(value, 3) for name, value, _ in figures})
        return
    table = Table("figure", "value", "unit")
    for name, value, unit in figures:
        table.add_row(name, f"{value:,.2f}" if value < 1 else f"{value:,.0f}", unit)
    stdout().print(table)


def _measure(documents: int, workers: int) -> Iterator[Figure]:
    announce("the stages alone")
    files, graph = read_model(Settings().model_repository), installed_graph()
    titles = list(headlines(graph, documents))
    stages = stage_rates(titles, Linker(graph), Encoder(files.tokenizer))
    yield from _of_stages(stages)
    announce("10,000 subscriptions")
    yield from _of_matching(graph)
    announce("propagation over a large graph")
    yield from _of_propagation(propagation_figures(shipped_parameters()))
    announce("the ceiling: the model alone, in this process")
    ceiling = _ceiling(files, stages)
    yield "ceiling", ceiling, "documents/s"
    for name, parts, what in _STREAMS:
        announce(f"the stream end to end, on servers of its own: {what}")
        rate, latency = _end_to_end(graph, titles, workers, parts=parts)
        yield name, rate, f"documents/s, {what}"
        yield f"{name}_to_ceiling", rate / ceiling, "ratio"
        yield f"{name}_latency_median", latency.median_ms, "ms at half load"
        yield f"{name}_latency_p99", latency.p99_ms, "ms at half load"


def _of_propagation(figures: PropagationFigures) -> Iterator[Figure]:
    yield "propagation_median", figures.median_ms, "ms an event, 50,000 entities, 500,000 statements, 3 hops"
    yield "propagation_p99", figures.p99_ms, "ms"
    yield "propagation_with_paths_median", figures.with_paths_median_ms, "ms"
    yield "propagation_memory", figures.memory_mb, "MB"


def _of_stages(stages: StageRates) -> Iterator[Figure]:
    for name in ("decode", "link", "encode", "duplicates"):
        yield name, getattr(stages, name), "documents/s on one core"


def _of_matching(graph: KnowledgeGraph) -> Iterator[Figure]:
    rates = matching_rates(graph)
    yield "matching", rates.events, "events per processor second, 10,000 subscriptions"
    yield "matches", rates.matches, "matches per processor second, the same"
    yield "matching_one_by_one", rates.naive_events, "events per processor second, asking every subscription"
    yield "matching_memory", rates.memory_mib, "MiB of 10,000 subscriptions"


def _ceiling(files: ModelFiles, stages: StageRates) -> float:
    return ceiling_rate(files.folder / "model.onnx", stages.rows, _LIMITS)


def _end_to_end(
    graph: KnowledgeGraph, titles: list[str], workers: int, *, parts: Collection[str]
) -> tuple[float, Latency]:
    with TemporaryDirectory(prefix="stream-app-bench-") as folder:
        settings = Settings(kafka_brokers=None, redis_url=None, triton_url=None, state_dir=Path(folder))
        with running_system(settings, workers=workers, report=announce, parts=parts) as system:
            stream = StreamBench(connection_of(system.settings))
            return asyncio.run(_loads(stream, graph, titles))


async def _loads(stream: StreamBench, graph: KnowledgeGraph, titles: list[str]) -> tuple[float, Latency]:
    await stream.rate(list(headlines(graph, _WARM_UP, seed=1)), run="warmup")
    rate = await stream.rate(titles, run="backlog")
    paced = list(headlines(graph, len(titles), seed=2))
    announce(f"{rate:,.0f} documents/s; now at half of that")
    return rate, await stream.latency(paced, run="paced", documents_a_second=rate * _LOAD)
