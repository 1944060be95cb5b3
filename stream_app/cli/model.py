"""`stream-app model`: trains the fusion model, scores it and puts it into Triton's model repository."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from stream_app.cli.output import stderr, stdout, write_json
from stream_app.cli.probe import probe
from stream_app.errors import ConfigurationError
from stream_app.knowledge.build import build_graph
from stream_app.pipeline.tensors import MODEL_NAME
from stream_app.settings import Settings

if TYPE_CHECKING:
    from stream_app.training.evaluation import HeadScore

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

app = typer.Typer(no_args_is_help=True)
app.command()(probe)

_Data = Annotated[Path, typer.Option(help="Folder of the public training sets.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
_Repository = Annotated[Path | None, typer.Option(help="Triton model repository; unset: STREAM_APP_MODEL_REPOSITORY.")]


@app.callback()
def _group() -> None:
    """Train, evaluate and export the fusion model.

    Example: stream-app model train --data DATA --out runs/first
    """


@app.command()
def train(  # noqa: PLR0913  (options of a command)
    *,
    data: _Data,
    out: Annotated[Path, typer.Option(help="Folder of the run; one that was interrupted goes on.")],
    seed: Annotated[int | None, typer.Option(help="Same seed, same weights, on one machine.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the data.")] = None,
    recipe: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Hyperparameters.")] = None,
    encoder: Annotated[Path | None, typer.Option(help="Folder of the encoder; unset: the package's.")] = None,
    start: Annotated[Path | None, typer.Option(metavar="RUN", help="A finished run to train further.")] = None,
) -> None:
    """Train the model; an interrupted run that is started again ends in the same weights.

    Example: stream-app model train --data DATA --out runs/first --epochs 5
    """
    _need_training()
    from stream_app.training.config import load_config
    from stream_app.training.encoder import default_encoder
    from stream_app.training.evaluation import judge, score, torch_infer
    from stream_app.training.run import Sources, load_network, load_sources, write_metrics
    from stream_app.training.run import train as train_run
    from stream_app.training.served import uncalibrated

    config = load_config(recipe, seed=seed, epochs=epochs)
    graph = build_graph()
    sources = Sources(data, encoder or default_encoder(), graph, start)
    with _training_bar() as bar:
        task = bar.add_task("training", total=None, loss="")
        train_run(
            out,
            sources,
            config,
            report=lambda now: bar.update(task, completed=now.step, total=now.steps, loss=f"loss {now.loss:.3f}"),
        )
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
    json: _Json = False,
) -> None:
    """Teach a finished run to find causes and effects; nothing else of it changes.

    Example: stream-app model causes runs/second --data DATA --out runs/causes
    """
    _need_training()
    from stream_app.training.causal_run import learn_causes
    from stream_app.training.config import CausalConfig
    from stream_app.training.run import load_sources

    corpus = load_sources(run, data, build_graph())
    with _training_bar() as bar:
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
    data: _Data,
    repository: _Repository = None,
    json: _Json = False,
) -> None:
    """Score a run in single precision, and the exported file as it is served, on the held-out texts.

    Example: stream-app model evaluate runs/first --data DATA
    """
    _need_training()
    from stream_app.adapters.openvino import OpenVinoRuntime
    from stream_app.training.evaluation import judge, score, torch_infer
    from stream_app.training.export import VERSION
    from stream_app.training.run import load_network, load_sources
    from stream_app.training.served import uncalibrated

    corpus = load_sources(run, data, build_graph())
    file = _repository(repository) / MODEL_NAME / str(VERSION) / "model.onnx"
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
    repository: _Repository = None,
    json: _Json = False,
) -> None:
    """Calibrate a run and put it into the model repository, if serving it costs at most 0.3 points of accuracy.

    Example: stream-app model export runs/first --data DATA --repository model_repo
    """
    _need_training()
    from stream_app.training.card import model_card
    from stream_app.training.export import VERSION
    from stream_app.training.export import export as write
    from stream_app.training.run import load_network, load_record, load_sources

    corpus, record, target = load_sources(run, data, build_graph()), load_record(run), _repository(repository)
    report = stderr().print
    done = write(load_network(run), corpus, tokenizer=run / "tokenizer.json", repository=target, report=report)
    card = model_card(done, corpus=corpus, record=record)
    (target / MODEL_NAME / str(VERSION) / "MODEL_CARD.md").write_text(card)
    if json:
        write_json({"version": done.version, "sha256": done.sha256, "bytes": done.bytes})
    else:
        stdout().print(f"exported {done.version}: {done.bytes / 1e6:.1f} MB in {target / MODEL_NAME / str(VERSION)}")
    _show({"fp32": done.fp32, "served": done.served}, as_json=json)


@app.command("list")
def list_versions(*, repository: _Repository = None, json: _Json = False) -> None:
    """List the versions in the model repository, with the figures of their cards.

    Example: stream-app model list
    """
    table = Table("version", "document", "mention", "topic", "relevance", title="accuracy on held-out texts, as served")
    for path in sorted((_repository(repository) / MODEL_NAME).glob("*/metadata.json")):
        metadata = orjson.loads(path.read_bytes())
        if json:
            write_json({name: metadata[name] for name in ("version", "sha256", "languages", "scores")})
        figures = (metadata["scores"][head]["accuracy"] for head in ("document", "mention", "topic", "relevance"))
        table.add_row(metadata["version"], *(f"{figure:.4f}" for figure in figures))
    if not json:
        stdout().print(table)


def _need_training() -> None:
    if importlib.util.find_spec("torch") is None:
        raise ConfigurationError("training needs PyTorch, which is not installed: pip install 'stream-app[train]'")


def _repository(given: Path | None) -> Path:
    return given or Settings().model_repository


@contextmanager
def _training_bar() -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[loss]}"))
    with Progress(*columns, TimeRemainingColumn(), console=stderr()) as bar:
        yield bar


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
