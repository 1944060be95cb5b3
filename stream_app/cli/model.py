"""`stream-app model`: trains the fusion model, scores it and puts it into Triton's model repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from stream_app.adapters.model_repository import read_model
from stream_app.cli.explain import explain
from stream_app.cli.model_ablate import app as ablate_app
from stream_app.cli.model_chinese import Language, evaluate_chinese, train_chinese
from stream_app.cli.model_continue import (
    ContinueOption,
    CorrectionsOption,
    DocumentsOption,
    EventsOption,
    FromTopicOption,
    Given,
    RehearsalOption,
    SelectedOption,
    Stage,
    continue_run,
)
from stream_app.cli.model_distil import distil
from stream_app.cli.model_drift import drift, statistics
from stream_app.cli.model_options import JsonOption, RepositoryOption, repository_of
from stream_app.cli.model_packs import evaluate_pack, is_pack_run, tag, train_pack
from stream_app.cli.model_quantise import quantise
from stream_app.cli.model_select import select, select_trial
from stream_app.cli.model_sources import export_run, is_chinese_run, need_training, needed
from stream_app.cli.model_stages import compare, pretrain
from stream_app.cli.model_versions import list_versions, promote, rollback
from stream_app.cli.output import stdout, write_json
from stream_app.cli.probe import probe
from stream_app.cli.training_bar import open_bar, training_bar
from stream_app.knowledge.build import build_graph
from stream_app.pipeline.tensors import MODEL_NAME

if TYPE_CHECKING:
    from stream_app.training.config import TrainConfig
    from stream_app.training.evaluation import HeadScore

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

app = typer.Typer(no_args_is_help=True)
app.command()(probe)
app.command()(tag)
app.command()(select)
app.command("select-trial")(select_trial)
app.command()(statistics)
app.command()(drift)
app.command()(explain)
app.add_typer(ablate_app, name="ablate")

_PACK = "finance"
_Data = Annotated[Path, typer.Option(help="Folder of the public training sets.")]
_OwnData = Annotated[Path | None, typer.Option(help="Folder of the training sets; a pack may bring its own.")]


@app.callback()
def _group() -> None:
    """Train, evaluate and export the fusion model, and choose the version that is served.

    Example: stream-app model train --data DATA --out runs/first
    """


@app.command()
def train(  # noqa: PLR0913  (options of a command)
    *,
    out: Annotated[Path, typer.Option(help="Folder of the run; one that was interrupted goes on.")],
    data: _OwnData = None,
    pack: Annotated[
        str, typer.Option(metavar="NAME|FILE.toml", help="The domain: finance, medical, or a file.")
    ] = _PACK,
    seed: Annotated[int | None, typer.Option(help="Same seed, same weights, on one machine.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the data.")] = None,
    language: Annotated[
        Language, typer.Option(help="What the network reads; Chinese has one of its own (zh).")
    ] = Language.ENGLISH,
    recipe: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Hyperparameters.")] = None,
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of the encoder, as `pretrain` writes; unset: the package's.")
    ] = None,
    start: Annotated[Path | None, typer.Option(metavar="RUN", help="A finished run to train further.")] = None,
    before: ContinueOption = None,
    corrections: CorrectionsOption = None,
    events: EventsOption = None,
    documents: DocumentsOption = None,
    selected: SelectedOption = None,
    from_topic: FromTopicOption = False,
    rehearsal: RehearsalOption = 0.8,
    label_share: Annotated[float | None, typer.Option(help="Share of the labels that is used, up to 1.")] = None,
) -> None:
    """Train the model, or that of another domain; an interrupted run that is started again ends in the same weights.

    Example: stream-app model train --data DATA --out runs/first --epochs 5
    """
    need_training()
    from stream_app.training.config import load_config

    if pack != _PACK:
        changes = {"seed": seed, "epochs": epochs}
        train_pack(pack, out, data=data, encoder=encoder, recipe=recipe, changes=changes)
        return
    data = needed(data)
    if language is Language.CHINESE:
        train_chinese(out, data, recipe=recipe, seed=seed, epochs=epochs)
        _show(evaluate_chinese(out, data, repository_of(None)), as_json=False)
        return
    if before:
        stage = Stage(before, out, data, encoder, recipe, rehearsal, seed, epochs)
        continue_run(stage, Given(corrections, events, documents, selected, from_topic=from_topic))
        return
    _train(
        out,
        data,
        start=start,
        encoder=encoder,
        config=load_config(recipe, seed=seed, epochs=epochs, label_share=label_share),
    )


def _train(out: Path, data: Path, *, start: Path | None, encoder: Path | None, config: TrainConfig) -> None:
    from stream_app.training.encoder import default_encoder
    from stream_app.training.evaluation import judge, score, torch_infer
    from stream_app.training.run import Sources, load_network, load_sources, write_metrics
    from stream_app.training.run import train as train_run
    from stream_app.training.served import uncalibrated

    graph = build_graph()
    sources = Sources(data, encoder or default_encoder(), graph, start)
    with training_bar("training") as report:
        train_run(out, sources, config, report=report)
    judged = judge(torch_infer(uncalibrated(load_network(out))), load_sources(out, data, graph))
    scores = {head: score(one) for head, one in judged.items()}
    write_metrics(out, scores)
    _show({"fp32": scores}, as_json=False)


@app.command()
def causes(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    *,
    data: _Data,
    out: Annotated[Path, typer.Option(help="Folder of the run with these heads.")],
    json: JsonOption = False,
) -> None:
    """Teach a finished run to find causes and effects; nothing else of it changes.

    Example: stream-app model causes runs/second --data DATA --out runs/causes
    """
    need_training()
    from stream_app.training.causal_run import learn_causes
    from stream_app.training.config import CausalConfig
    from stream_app.training.run import load_sources

    corpus = load_sources(run, data, build_graph())
    with open_bar() as bar:
        task = bar.add_task("causes", total=None, loss="")
        learn_causes(
            run,
            out,
            corpus=corpus,
            config=CausalConfig(),
            report=lambda part, done, whole: bar.update(task, completed=done, total=whole, loss=part),
        )
    if json:
        write_json({"run": str(out), "examples": len(corpus.causal_train)})


@app.command()
def evaluate(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    *,
    data: _OwnData = None,
    repository: RepositoryOption = None,
    json: JsonOption = False,
) -> None:
    """Score a run in single precision, and the exported file as it is served, on the held-out texts.

    Example: stream-app model evaluate runs/first --data DATA
    """
    need_training()
    if is_pack_run(run):
        evaluate_pack(run, data=data, json=json)
        return
    data = needed(data)
    if is_chinese_run(run):
        _show(evaluate_chinese(run, data, repository_of(repository)), as_json=json)
        return
    from stream_app.adapters.openvino import OpenVinoRuntime
    from stream_app.training.evaluation import judge, score, torch_infer
    from stream_app.training.run import load_network, load_sources
    from stream_app.training.served import uncalibrated

    corpus = load_sources(run, data, build_graph())
    file = read_model(repository_of(repository)).folder / "model.onnx"
    runtimes = {"fp32": torch_infer(uncalibrated(load_network(run))), "served": OpenVinoRuntime(file).infer}
    _show(
        {name: {head: score(one) for head, one in judge(infer, corpus).items()} for name, infer in runtimes.items()},
        as_json=json,
    )


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    *,
    data: _Data,
    repository: RepositoryOption = None,
    json: JsonOption = False,
) -> None:
    """Calibrate a run and put it into the model repository, if serving it costs at most 0.3 points of accuracy.

    It takes the next number, and is not served before it is promoted, unless it is the first.

    Example: stream-app model export runs/first --data DATA --repository model_repo
    """
    target = repository_of(repository)
    done = export_run(run, data, target)
    if json:
        write_json({name: getattr(done, name) for name in ("number", "version", "sha256", "bytes")})
    else:
        folder = target / MODEL_NAME / str(done.number)
        stdout().print(f"exported {done.version}: {done.bytes / 1e6:.1f} MB in {folder}")
    _show({"fp32": done.fp32, "served": done.served}, as_json=json)


app.command()(pretrain)
app.command()(compare)
app.command()(distil)
app.command()(quantise)
app.command()(promote)
app.command()(rollback)
app.command("list")(list_versions)


def _show(scores: Mapping[str, Mapping[str, HeadScore]], *, as_json: bool) -> None:
    table = Table("head", "runtime", "rows", "accuracy", "macro F1", "calibration error")
    for runtime, heads in scores.items():
        for head, one in heads.items():
            if as_json:
                write_json({"runtime": runtime, "head": head, "scores": one})
            figures = (one.accuracy, one.macro_f1, one.calibration_error)
            table.add_row(head, runtime, f"{one.rows:,}", *(f"{figure:.4f}" for figure in figures))
    if not as_json:
        stdout().print(table)
