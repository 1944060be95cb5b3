"""Propagation over a large graph: how long one event takes, and what the graph takes of memory."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from stream_app.causal.arcs import CausalGraph, make_causal_graph
from stream_app.causal.exposures import Limits, exposures, reach_of
from stream_app.causal.parameters import CausalParameters
from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.entities import Entity

ENTITIES, STATEMENTS = 50_000, 500_000
_EVENTS = 300
_INDUSTRIES = 200  # as hubs: a fifth of all statements are about them
_AS_OF = datetime(2026, 3, 2, tzinfo=UTC)
_VALUE = -0.8
_LIMITS = Limits(threshold=0.02, most=20)
_MILLISECONDS, _MEGABYTE = 1000.0, 1e6


@dataclass(frozen=True, slots=True)
class PropagationFigures:
    """Milliseconds of one event over three hops, without and with its exposures and their paths; memory in MB."""

    median_ms: float
    p99_ms: float
    with_paths_median_ms: float
    memory_mb: float


def propagation_figures(parameters: CausalParameters, *, seed: int = 7) -> PropagationFigures:
    """Measure shocks of entities drawn at random, hubs among them as often as anybody."""
    graph = _graph(seed)
    choose = random.Random(seed)  # noqa: S311  (a benchmark wants the same numbers each time)
    sources = [f"company:{choose.randrange(ENTITIES)}" for _ in range(_EVENTS)]

    rates = parameters.rates(None)

    def reached(source: str) -> object:
        return reach_of(graph, source, _AS_OF, rates=rates, parameters=parameters)

    def exposed(source: str) -> object:
        reach = reach_of(graph, source, _AS_OF, rates=rates, parameters=parameters)
        return reach and exposures(graph, reach, _VALUE, parameters=parameters, limits=_LIMITS)

    reached(sources[0])  # the first of a period makes its view
    alone, whole = _timed(reached, sources), _timed(exposed, sources)
    median, p99 = np.percentile(alone, [50, 99])
    return PropagationFigures(float(median), float(p99), float(np.median(whole)), graph.memory_bytes / _MEGABYTE)


def _timed(work: Callable[[str], object], sources: list[str]) -> list[float]:
    times = []
    for source in sources:
        began = time.perf_counter()
        work(source)
        times.append((time.perf_counter() - began) * _MILLISECONDS)
    return times


def _graph(seed: int) -> CausalGraph:
    entities = [Entity(f"company:{number}", EntityKind.COMPANY, f"Company {number}") for number in range(ENTITIES)]
    return make_causal_graph(entities, _statements(seed), version="kg-benchmark")


def _statements(seed: int) -> Iterator[Dependence]:
    choose = random.Random(seed)  # noqa: S311  (as above)
    kinds: list[DependenceKind] = [kind for kind in DependenceKind if kind is not DependenceKind.BELONGS_TO_INDUSTRY]
    kind: DependenceKind
    for number in range(STATEMENTS):
        source = choose.randrange(ENTITIES)
        if number % 5:
            target, kind = choose.randrange(ENTITIES), kinds[number % len(kinds)]
            forward, backward = Transmission(1, choose.uniform(0.05, 0.3)), Transmission(1, choose.uniform(0.02, 0.15))
        else:
            target, kind = choose.randrange(_INDUSTRIES), DependenceKind.BELONGS_TO_INDUSTRY
            forward, backward = Transmission(1, 0.05), Transmission(1, 0.25)
        yield Dependence(
            source=f"company:{source}",
            kind=kind,
            target=f"company:{target}",
            forward=forward,
            backward=backward,
            delay_hours=0.0,
            half_life_hours=120.0,
            origin="benchmark",
            confidence=0.8,
        )
