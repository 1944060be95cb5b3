"""Domain packs on the command line: trained and evaluated by the commands of `model`, and `model tag`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from stream_app.cli.model_options import JsonOption
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import stdout, write_json
from stream_app.cli.training_bar import training_bar

if TYPE_CHECKING:
    from stream_app.training.judged import HeadScore
    from stream_app.training.packs.reading import Reading

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")


def train_pack(
    name: str,
    out: Path,
    *,
    data: Path | None,
    encoder: Path | None,
    recipe: Path | None,
    changes: Mapping[str, int | None],
) -> None:
    """Train a run of a pack, and show how good it is on what it was not trained on."""
    from stream_app.training.config import load_config
    from stream_app.training.encoder import default_encoder
    from stream_app.training.packs.pack import load_pack
    from stream_app.training.packs.run import PackSources, evaluate, train

    pack = load_pack(name)
    config = load_config(recipe, pack.training, **changes)
    with training_bar("training") as report:
        train(out, pack, PackSources(encoder or default_encoder(), data), config=config, report=report)
    _show(evaluate(out, data), json=False)


def is_pack_run(run: Path) -> bool:
    """Tell whether the folder is a finished run of a pack."""
    from stream_app.training.packs.run import RECORD

    return (run / RECORD).exists()


def evaluate_pack(run: Path, *, data: Path | None, json: bool) -> Mapping[str, Mapping[str, HeadScore]]:
    """Show how good a finished run of a pack is, on its dev texts and its held-out files, and return that."""
    from stream_app.training.packs.run import evaluate

    scores = evaluate(run, data)
    _show(scores, json=json)
    return scores


def tag(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run of a pack.")],
    text: Annotated[str, typer.Argument(help="The text to read.")],
    *,
    json: JsonOption = False,
) -> None:
    """Show what a run of a pack finds in a text.

    Example: stream-app model tag runs/medical "Can I take ibuprofen with asthma?"
    """
    need_training()
    from stream_app.training.packs.reading import read_text
    from stream_app.training.packs.run import load_run

    reading = read_text(load_run(run), text)
    if json:
        write_json(reading)
    else:
        _print(reading)


def _print(reading: Reading) -> None:
    colours = {
        label: _COLOURS[at % len(_COLOURS)] for at, label in enumerate(sorted({one.label for one in reading.spans}))
    }
    shown = Text(reading.text)
    table = Table("text", "is", "probability", "in the graph", box=None)
    for one in reading.spans:
        shown.stylize(f"bold {colours[one.label]}", one.start, one.end)
        kind = Text(one.label, style=colours[one.label])
        table.add_row(one.text, kind, f"{one.probability:.2f}", one.term or "—")
    stdout().print(shown)
    for head, (label, probability) in reading.classes.items():
        stdout().print(f"{head}: {label} ({probability:.2f})")
    if reading.spans:
        stdout().print(table)


def _show(scores: Mapping[str, Mapping[str, HeadScore]], *, json: bool) -> None:
    table = Table("texts", "head", "rows", "accuracy", "macro F1", "span F1", "calibration error")
    for name, heads in scores.items():
        for head, one in heads.items():
            if json:
                write_json({"texts": name, "head": head, "scores": one})
            spans = "—" if one.span_f1 is None else f"{one.span_f1:.4f}"
            figures = (f"{one.accuracy:.4f}", f"{one.macro_f1:.4f}", spans, f"{one.calibration_error:.4f}")
            table.add_row(name, head, f"{one.rows:,}", *figures)
    if not json:
        stdout().print(table)
