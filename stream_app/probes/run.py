"""One run of all probes over a scorer: the same arguments give the same report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.pipeline.score_texts import TextScorer
from stream_app.probes.bias import bias_of, counterfactuals
from stream_app.probes.companies import companies_of, stratified
from stream_app.probes.draws import rng_of
from stream_app.probes.hostile import hostile_lines
from stream_app.probes.making import probes
from stream_app.probes.neighbours import isolation
from stream_app.probes.reading import read_texts
from stream_app.probes.report import Conditions, ProbeReport
from stream_app.probes.robustness import findings
from stream_app.probes.texts import Text


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is asked: texts of each source and pairs of each kind; companies of each group; neighbours."""

    sample: int
    companies: int
    neighbours: int


async def run_probes(
    scorer: TextScorer,
    graph: KnowledgeGraph,
    given: Sequence[Text],
    *,
    conditions: Conditions,
    sizes: Sizes,
    report: Callable[[int, int], None] = lambda _, __: None,
) -> ProbeReport:
    """Return what the probes find; `given` are held-out texts, of which there may be none."""
    seed, companies = conditions.seed, companies_of(graph)
    edited = list(probes(companies, given, sizes.sample, seed=seed))
    compared = stratified(companies, sizes.companies, rng_of(seed, "companies"))
    texts = [text for probe in edited for text in (probe.before, probe.after)]
    readings = await read_texts(scorer, [*texts, *counterfactuals(compared)], report)
    beside = [json.dumps({"text": text.text}).encode() for text in dict.fromkeys(texts)][: sizes.neighbours]
    return ProbeReport(
        conditions=conditions,
        robustness=findings(edited, readings, seed),
        bias=bias_of(compared, readings, seed),
        isolation=await isolation(scorer, beside, list(hostile_lines())),
    )
