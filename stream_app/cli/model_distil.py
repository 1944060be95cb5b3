"""`stream-app model distil`: a smaller model that learns to say what a finished run, or several, say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.model_options import JsonOption
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import stdout, write_json
from stream_app.cli.training_bar import training_bar, training_bars
from stream_app.errors import ConfigurationError
from stream_app.promotion.gate import MOST_LOSS, most_lost

if TYPE_CHECKING:
    from stream_app.training.judged import HeadScore
    from stream_app.training.run import RunRecord

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415


def distil(  # noqa: PLR0913  (options of a command)
    teachers: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Finished runs; layers are the first's.")],
    *,
    data: Annotated[Path, typer.Option(help="Folder of the public training sets.")],
    out: Annotated[Path, typer.Option(help="Folder of the student's run; one that was interrupted goes on.")],
    layers: Annotated[int | None, typer.Option(min=1, help="Layers of the student's encoder.")] = None,
    encoder: Annotated[
        str | None, typer.Option(metavar="package|FOLDER", help="The student's encoder, in place of such layers.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="RUN", help="A finished run on this encoder, for the student to begin with.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(help="What scores are divided by before they are held.")] = None,
    unlabelled_share: Annotated[float | None, typer.Option(help="Share of the texts without labels, 0 to 1.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed, same weights, on one machine.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the texts.")] = None,
    recipe: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Hyperparameters.")] = None,
    json: JsonOption = False,
) -> None:
    """Teach a student with fewer layers, or on another encoder, what one run says, or the mean of several.

    A student of the first run's layers is held to it. Example: stream-app model distil runs/third --layers 3 --data
    DATA --out runs/small
    """
    need_training()
    from stream_app.training.config import DistilConfig, read_config
    from stream_app.training.distillation.run import distil as distil_run
    from stream_app.training.distillation.run import distil_afresh
    from stream_app.training.encoder import default_encoder
    from stream_app.training.run import Sources
    from stream_app.training.scored import score_run, scores_of

    _check_beginning(layers, encoder, start)
    changes: dict[str, Any] = {"layers": layers, "temperature": temperature, "unlabelled_share": unlabelled_share}
    config = read_config(DistilConfig, recipe, seed=seed, epochs=epochs, **changes)
    graph = installed_graph()
    scores_of(teachers[0], data, graph)  # what its student is held to
    if encoder:
        sources = Sources(data, default_encoder() if encoder == "package" else Path(encoder), graph, start)
        with training_bars("asking the teachers", "distilling") as (asking, report):
            record = distil_afresh(out, teachers, sources, config=config, report=report, asking=asking)
    else:
        with training_bar("distilling") as report:
            record = distil_run(out, teachers, data, graph=graph, config=config, report=report)
    _show(record, score_run(out, data, graph), as_json=json)


def _check_beginning(layers: int | None, encoder: str | None, start: Path | None) -> None:
    if encoder and layers:
        raise ConfigurationError("give --layers, for a student of the first run's, or --encoder, not both")
    if start and not encoder:
        raise ConfigurationError("a student of the first run's layers begins with them: give --encoder beside --start")


def _show(record: RunRecord, scores: dict[str, HeadScore], *, as_json: bool) -> None:
    assert record.distilled is not None  # noqa: S101  (for the type checker)
    teacher = record.distilled.accuracy
    for head, one in scores.items():
        if as_json:
            write_json({"head": head, "teacher": teacher.get(head), "student": one.accuracy})
        else:
            told = f"{teacher[head]:.4f}" if head in teacher else "–"
            stdout().print(f"{head}: {one.accuracy:.4f}, its teacher {told}")
    if record.distilled.afresh:
        return
    head, lost = most_lost(teacher, {name: one.accuracy for name, one in scores.items()})
    if not as_json:
        verdict = "may be exported" if lost <= MOST_LOSS else "will not be exported: distil longer, or more layers"
        stdout().print(f"The {head} head lost most, {100 * lost:.2f} points of at most {100 * MOST_LOSS:g}; {verdict}.")
