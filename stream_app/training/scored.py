"""A finished run's figures on the dev texts: kept with its weights, and found anew where nobody has kept any."""

from __future__ import annotations

from pathlib import Path

from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.training.encoder import load_tokenizer
from stream_app.training.evaluation import judge, score, torch_infer
from stream_app.training.judged import HeadScore
from stream_app.training.run import has_metrics, load_network, load_sources, read_metrics, write_metrics
from stream_app.training.served import uncalibrated
from stream_app.training.stated_texts import stated_texts
from stream_app.training.statement_evaluation import judge_statements

Scores = dict[str, HeadScore]


def score_run(run: Path, data: Path, graph: KnowledgeGraph | None) -> Scores:
    """Judge a finished run in single precision, keep what each head scores with it, and return that."""
    judged = judge(torch_infer(uncalibrated(load_network(run))), load_sources(run, data, graph))
    scores = {head: score(one) for head, one in judged.items()}
    write_metrics(run, scores)
    return scores


def scores_of(run: Path, data: Path, graph: KnowledgeGraph | None) -> Scores:
    """Return what each head of a finished run scores: what is kept with it, else what is found now, and kept."""
    return read_metrics(run) if has_metrics(run) else score_run(run, data, graph)


def score_statements(run: Path, before: Path) -> None:
    """Keep with `run` the figures of the run `before`, from which it differs by its head on statements, and of that.

    Nothing is kept where `before` has none: half of the figures would pass for all of them.
    """
    if not has_metrics(before):
        return
    infer = torch_infer(uncalibrated(load_network(run)))
    judged = judge_statements(infer, load_tokenizer(run), stated_texts(held_out=True))
    write_metrics(run, read_metrics(before) | {head: score(one) for head, one in judged.items()})
