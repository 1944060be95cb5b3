"""`stream-app model distil`: a smaller model that learns to say what a finished run, or several, say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stream_app.cli.model_options import JsonOption
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import stdout, write_json
from stream_app.cli.training_bar import training_bar
from stream_app.knowledge.build import build_graph
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
    temperature: Annotated[float | None, typer.Option(help="What scores are divided by before they are held.")] = None,
    unlabelled_share: Annotated[float | None, typer.Option(help="Share of the texts without labels, 0 to 1.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same weights, on one machine.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the texts.")] = None,
    recipe: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Hyperparameters.")] = None,
    json: JsonOption = False,
) -> None:
    """Teach a student with fewer layers what one run says, or the mean of several, and hold it to the first.

    Example: stream-app model distil runs/third --layers 3 --data DATA --out runs/small
    """
    need_training()
    from stream_app.training.config import DistilConfig, read_config
    from stream_app.training.distillation.run import distil as distil_run
    from stream_app.training.evaluation import judge, score, torch_infer
    from stream_app.training.run import load_network, load_sources, write_metrics
    from stream_app.training.served import uncalibrated

    changes: dict[str, Any] = {"layers": layers, "temperature": temperature, "unlabelled_share": unlabelled_share}
    config = read_config(DistilConfig, recipe, seed=seed, epochs=epochs, **changes)
    graph = build_graph()
    with training_bar("distilling") as report:
        record = distil_run(out, teachers, data, graph=graph, config=config, report=report)
    judged = judge(torch_infer(uncalibrated(load_network(out))), load_sources(out, data, graph))
    scores = {head: score(one) for head, one in judged.items()}
    write_metrics(out, scores)
    _show(record, scores, as_json=json)


def _show(record: RunRecord, scores: dict[str, HeadScore], *, as_json: bool) -> None:
    assert record.distilled is not None  # noqa: S101  (for the type checker)
    teacher = record.distilled.accuracy
    for head, one in scores.items():
        if as_json:
            write_json({"head": head, "teacher": teacher[head], "student": one.accuracy})
        else:
            stdout().print(f"{head}: {one.accuracy:.4f}, its teacher {teacher[head]:.4f}")
    head, lost = most_lost(teacher, {name: one.accuracy for name, one in scores.items()})
    if not as_json:
        verdict = "may be exported" if lost <= MOST_LOSS else "will not be exported: distil longer, or more layers"
        stdout().print(f"The {head} head lost most, {100 * lost:.2f} points of at most {100 * MOST_LOSS:g}; {verdict}.")
