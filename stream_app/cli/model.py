"""`stream-app model`: trains the fusion model, scores it and puts it into Triton's model repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.explain import explain
from stream_app.cli.model_ablate import app as ablate_app
from stream_app.cli.model_average import average
from stream_app.cli.model_distil import distil
from stream_app.cli.model_drift import drift, statistics
from stream_app.cli.model_evaluate import evaluate
from stream_app.cli.model_import import import_
from stream_app.cli.model_options import JsonOption, RepositoryOption, repository_of
from stream_app.cli.model_packs import tag
from stream_app.cli.model_quantise import quantise
from stream_app.cli.model_scores import show_scores
from stream_app.cli.model_select import select, select_trial
from stream_app.cli.model_sources import export_run, is_chinese_run, need_training, runs_of
from stream_app.cli.model_stages import compare, pretrain
from stream_app.cli.model_train import train
from stream_app.cli.model_versions import list_versions, promote, rollback
from stream_app.cli.output import stdout, write_json
from stream_app.cli.probe import probe
from stream_app.cli.training_bar import open_bar
from stream_app.pipeline.tensors import MODEL_NAME

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

app = typer.Typer(no_args_is_help=True)
app.command()(train)
app.command()(probe)
app.command()(tag)
app.command()(select)
app.command("select-trial")(select_trial)
app.command()(statistics)
app.command()(drift)
app.command()(explain)
app.add_typer(ablate_app, name="ablate")

_Data = Annotated[Path, typer.Option(help="Folder of the public training sets.")]


@app.callback()
def _group() -> None:
    """Train, evaluate and export the fusion model, and choose the version that is served.

    Example: stream-app model train --data DATA --out runs/first
    """


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
    from stream_app.training.scored import score_run

    graph = installed_graph()
    corpus = load_sources(run, data, graph)
    with open_bar() as bar:
        task = bar.add_task("causes", total=None, said="")
        learn_causes(
            run,
            out,
            corpus=corpus,
            config=CausalConfig(),
            report=lambda part, done, whole: bar.update(task, completed=done, total=whole, said=part),
        )
    score_run(out, data, graph)
    if json:
        write_json({"run": str(out), "examples": len(corpus.causal_train)})


@app.command()
def statements(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder of the run with this head.")],
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the texts.")] = None,
    json: JsonOption = False,
) -> None:
    """Teach a finished run what texts state of each name, and how it is meant; nothing else of it changes.

    Example: stream-app model statements runs/second --out runs/statements
    """
    need_training()
    from stream_app.training.chinese.written import CHINESE_DATA
    from stream_app.training.config import StatementConfig
    from stream_app.training.scored import score_statements
    from stream_app.training.stated_texts import stated_texts
    from stream_app.training.statement_run import learn_statements
    from stream_app.training.written import DATA

    is_chinese = is_chinese_run(run)
    texts = stated_texts(CHINESE_DATA if is_chinese else DATA, held_out=False)
    with open_bar() as bar:
        task = bar.add_task("statements", total=None, said="")
        learn_statements(
            run,
            out,
            texts,
            runs=runs_of(run),
            config=StatementConfig() if epochs is None else StatementConfig(epochs=epochs),
            report=lambda part, done, whole: bar.update(task, completed=done, total=whole, said=part),
        )
    if not is_chinese:
        score_statements(out, run)
    if json:
        write_json({"run": str(out), "texts": len(texts)})


app.command()(evaluate)


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
    show_scores({"fp32": done.fp32, "served": done.served}, as_json=json)


app.command()(pretrain)
app.command()(compare)
app.command()(distil)
app.command()(quantise)
app.command("import")(import_)
app.command()(average)
app.command()(promote)
app.command()(rollback)
app.command("list")(list_versions)
