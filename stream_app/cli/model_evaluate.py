"""`stream-app model evaluate`: how good a run is, and what is served, on texts that nothing was trained on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.model_repository import WEIGHTS, ModelFiles, read_metadata, read_model
from stream_app.cli.model_chinese import evaluate_chinese
from stream_app.cli.model_options import JsonOption, OwnDataOption, RepositoryOption, repository_of
from stream_app.cli.model_packs import evaluate_pack, is_pack_run
from stream_app.cli.model_scores import show_scores
from stream_app.cli.model_sources import is_chinese_run, need_training, needed
from stream_app.cli.output import announce, progress
from stream_app.errors import ConfigurationError

if TYPE_CHECKING:
    from stream_app.training.corpus import Corpus
    from stream_app.training.evaluation import Arrays, Infer
    from stream_app.training.evaluation_report import EvaluationReport, Scores

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415


def evaluate(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    *,
    data: OwnDataOption = None,
    repository: RepositoryOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For evaluate.json and evaluate.md, with matrices.")
    ] = None,
    plots: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For reliability.svg and confusion.svg; of English runs.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Score a run in single precision, and the exported file as it is served, on the held-out texts.

    Also on texts that no training set is like: sentences of reports, posts and paragraphs with several names.

    Example: stream-app model evaluate runs/first --data DATA --out found --plots found
    """
    need_training()
    if is_pack_run(run) or is_chinese_run(run):
        if plots:
            raise ConfigurationError("--plots draws runs of the English network alone; leave it out")
        _write(_scores_alone(run, data, repository, json=json), run, out)
        return
    from stream_app.training.evaluation_report import write_report

    found = _english(run, needed(data), repository_of(repository))
    show_scores(found.scores, as_json=json)
    if out:
        write_report(found, out)
    if plots:
        _draw(found, plots)


def _scores_alone(run: Path, data: Path | None, repository: Path | None, *, json: bool) -> Scores:
    if is_pack_run(run):
        return evaluate_pack(run, data=data, json=json)
    scores = evaluate_chinese(run, needed(data), repository_of(repository))
    show_scores(scores, as_json=json)
    return scores


def _write(scores: Scores, run: Path, out: Path | None) -> None:
    from stream_app.training.evaluation_report import EvaluationReport, write_report

    if out:
        write_report(EvaluationReport({"run": str(run)}, scores), out)


def _english(run: Path, data: Path, repository: Path) -> EvaluationReport:
    from stream_app.training.evaluation import judge, judge_unseen, score
    from stream_app.training.evaluation_report import EvaluationReport, confusions, reliabilities
    from stream_app.training.export import scores_at
    from stream_app.training.temperature import temperatures_told

    files = read_model(repository)
    temperatures = temperatures_told(read_metadata(files.folder)["temperatures"])
    judged, unseen = {}, {}
    for name, (infer, corpus) in judged_beside(run, files, data).items():
        with _counted(name, infer) as counted:
            judged[name], unseen[name] = judge(counted, corpus), judge_unseen(counted, corpus)
    scores: Scores = {
        "fp32": {head: score(one) for head, one in judged["fp32"].items()},
        "served": scores_at(judged["served"], temperatures),
        **{f"{name}, unseen": {kind: score(one) for kind, (_, one) in found.items()} for name, found in unseen.items()},
    }
    apart = {head: one.without(temperatures[head]).cross_fitted() for head, one in judged["served"].items()}
    return EvaluationReport(
        {"run": str(run), "served": files.version, "data": str(data)},
        scores,
        reliability={"fp32": reliabilities(judged["fp32"]), "served": reliabilities(apart)},
        confusion=confusions(judged["served"], files.topics),
    )


def judged_beside(run: Path, files: ModelFiles, data: Path) -> dict[str, tuple[Infer, Corpus]]:
    """Return the run and what is served, each with the texts as it reads them: by its own tokenizer and topics."""
    from stream_app.adapters.openvino import OpenVinoRuntime
    from stream_app.training.corpus import as_told
    from stream_app.training.evaluation import torch_infer
    from stream_app.training.run import load_network, load_sources
    from stream_app.training.served import uncalibrated

    graph = installed_graph()
    served = as_told(load_sources(files.folder, data, graph), files.topics)
    return {
        "fp32": (torch_infer(uncalibrated(load_network(run))), load_sources(run, data, graph)),
        "served": (OpenVinoRuntime(files.folder / WEIGHTS).infer, served),
    }


@contextmanager
def _counted(name: str, infer: Infer) -> Iterator[Infer]:
    """Yield the runtime, with a display of how many rows it has answered."""
    with progress() as shown:
        task = shown.add_task(f"{name}: rows", total=None)

        def counting(inputs: Arrays) -> Arrays:
            answer = infer(inputs)
            shown.advance(task, len(inputs["input_ids"]))
            return answer

        yield counting


def _draw(found: EvaluationReport, folder: Path) -> None:
    from stream_app.adapters.evaluation_plots import plot_evaluation

    curves = {
        name: {head: [(one.confidence, one.accuracy) for one in bins] for head, bins in heads.items()}
        for name, heads in found.reliability.items()
    }
    matrices = {head: (one.classes, one.counts) for head, one in found.confusion.items()}
    for file in plot_evaluation(curves, matrices, folder):
        announce(f"{file} is written")
