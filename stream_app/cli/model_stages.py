"""The stages beside `model train`: the self-supervised one before it, and runs side by side."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.model_options import JsonOption
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import announce, stdout, write_json
from stream_app.cli.training_bar import training_bar
from stream_app.errors import ConfigurationError, DataError

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

_PACKAGE = Path("package")
"""Stands for the encoder that the `train` extra installs."""
_Data = Annotated[Path, typer.Option(help="Folder of the public training sets.")]


def pretrain(  # noqa: PLR0913  (options of a command)
    *,
    data: _Data,
    out: Annotated[Path, typer.Option(help="Folder of the encoder that comes out; one that was interrupted goes on.")],
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed, same weights, on one machine.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the texts.")] = None,
    recipe: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Hyperparameters.")] = None,
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of the encoder to begin with; unset: the package's.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Teach the encoder the language of finance from texts without labels, before `train --encoder OUT`.

    Example: stream-app model pretrain --data DATA --out runs/encoder
    """
    need_training()
    from stream_app.training.config import PretrainConfig, read_config
    from stream_app.training.encoder import default_encoder
    from stream_app.training.pretrain import pretrain as pretrain_run

    config = read_config(PretrainConfig, recipe, seed=seed, epochs=epochs)
    with training_bar("reading") as report:
        record = pretrain_run(
            out,
            data,
            encoder=encoder or default_encoder(),
            graph=installed_graph(),
            config=config,
            report=report,
        )
    if json:
        write_json({"run": str(out), "texts": record.texts, "processor_seconds": record.seconds})
    else:
        stdout().print(f"{record.texts:,} texts read; go on with: stream-app model train --encoder {out}")


def compare(  # noqa: PLR0913  (options of a command)
    recipes: Annotated[list[Path], typer.Argument(metavar="FILE.toml...", help="Recipes to compare.")],
    *,
    data: _Data,
    out: Annotated[Path, typer.Option(help="Folder of the runs, and of compare.json and compare.md.")],
    encoder: Annotated[
        list[Path] | None,
        typer.Option(help="Encoder to begin with; may be given repeatedly, `package` for the package's. Unset: that."),
    ] = None,
    share: Annotated[list[float] | None, typer.Option(help="Share of the labels; may be given repeatedly.")] = None,
    plots: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For the learning curve as SVG.")] = None,
    json: JsonOption = False,
) -> None:
    """Train every recipe on every share of the labels from every encoder, and put cost and scores side by side.

    Each run is a process and a folder of its own; those that are finished are not trained again.

    Example: stream-app model compare full.toml lora.toml --share 0.05 --data DATA --out runs/compared
    """
    need_training()
    from stream_app.training.comparison import curves, read_compared, to_fields, to_markdown, write_compared

    trials = list(_trials(recipes, encoder or [_PACKAGE], share or [1.0]))
    for place, trial in enumerate(trials, start=1):
        announce(f"{place} of {len(trials)}: {trial.name}")
        _train(trial, data, out / trial.name)
    found = [read_compared(out / trial.name) for trial in trials]
    write_compared(found, out)
    if plots:
        from stream_app.adapters.learning_plots import plot_curves

        for file in plot_curves(curves(found), plots):
            announce(f"{file} is written")
    if json:
        for one in found:
            write_json(to_fields(one))
    else:
        stdout().print(to_markdown(found), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class _Trial:
    """A recipe, an encoder and a share of the labels."""

    recipe: Path
    encoder: Path
    share: float

    @property
    def name(self) -> str:
        return f"{self.recipe.stem}-{self.encoder.name}-{100 * self.share:g}"


def _trials(recipes: Sequence[Path], encoders: Sequence[Path], shares: Sequence[float]) -> Iterator[_Trial]:
    """Yield all trials, those of small shares first; ConfigurationError where two would have one folder."""
    trials = [_Trial(*one) for one in product(recipes, encoders, shares)]
    if len({trial.name for trial in trials}) < len(trials):
        raise ConfigurationError("two recipes, or two encoders, have one name, and so would their runs; rename one")
    yield from sorted(trials, key=lambda trial: trial.share)


def _train(trial: _Trial, data: Path, run: Path) -> None:
    from stream_app.training.comparison import is_finished
    from stream_app.training.config import load_config

    if is_finished(run, load_config(trial.recipe, label_share=trial.share), data):
        return
    command = [sys.executable, "-m", "stream_app", "model", "train", "--data", data, "--out", run]
    command += ["--recipe", trial.recipe, "--label-share", trial.share]
    command += ["--encoder", trial.encoder] if trial.encoder != _PACKAGE else []
    done = subprocess.run([str(part) for part in command], check=False, stdout=subprocess.DEVNULL)  # noqa: S603  (ours)
    if done.returncode:
        raise DataError(f"run {run} ended with status {done.returncode}; it says above why. Start again to go on")
