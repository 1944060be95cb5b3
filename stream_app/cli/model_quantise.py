"""`stream-app model quantise`: a run in every precision, with what each costs in accuracy and brings in speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.model_options import JsonOption
from stream_app.cli.model_sources import need_training
from stream_app.cli.output import announce, stdout, write_json
from stream_app.cli.training_bar import open_bar
from stream_app.errors import ConfigurationError
from stream_app.promotion.gate import MOST_LOSS

if TYPE_CHECKING:
    from stream_app.training.judged import HeadScore
    from stream_app.training.precision.costs import PartCost
    from stream_app.training.precision.study import Measured

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415

_SEED = 7
_SPARED = ("attention products", "heads")


class Calibration(StrEnum):
    """How the range of a tensor is taken from what calibration texts showed."""

    MINMAX = "minmax"
    PERCENTILE = "percentile"
    ENTROPY = "entropy"


def quantise(  # noqa: PLR0913  (options of a command)
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    *,
    data: Annotated[Path, typer.Option(help="Folder of the public training sets.")],
    out: Annotated[Path, typer.Option(help="Folder of the files that pass, precisions.json, .md and .svg.")],
    beside: Annotated[list[Path] | None, typer.Option(metavar="RUN", help="Students to measure; repeatable.")] = None,
    calibration: Annotated[Calibration, typer.Option(help="How ranges are found.")] = Calibration.PERCENTILE,
    texts: Annotated[int, typer.Option(min=1, help="Training texts that ranges are found on.")] = 200,
    spare: Annotated[list[str] | None, typer.Option(metavar="PART", help="Left in floats; repeatable.")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="Weights of 8 bits, not 7: for processors with VNNI.")] = False,
    parts: Annotated[bool, typer.Option("--parts", help="Also say what each part costs alone.")] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds in which speed is measured.")] = 5,
    share: Annotated[float, typer.Option(min=0.01, max=1.0, help="Share of the held-out texts that is scored.")] = 1.0,
    json: JsonOption = False,
) -> None:
    """Write a run in single precision, bf16 and int8, score each on the held-out texts, and let the gate choose.

    Files that lose over 0.3 points in a head, or answer a row by its neighbours, are not kept. Goes on where it was
    interrupted.

    Example: stream-app model quantise runs/third --data DATA --out runs/precisions --beside runs/small
    """
    need_training()
    from stream_app.training.precision.costs import part_costs
    from stream_app.training.precision.int8 import Static
    from stream_app.training.precision.kept import Kept
    from stream_app.training.precision.study import Bench, calibrated, study
    from stream_app.training.precision.tables import write_tables
    from stream_app.training.precision.texts import calibration_batches, sampled
    from stream_app.training.precision.variants import Quantising
    from stream_app.training.run import load_network, load_sources

    spared = _known_parts(spare or _SPARED)
    corpus = load_sources(run, data, installed_graph())
    how = Quantising(Static(calibration.value, narrow=not wide), spared, calibration_batches(corpus, texts, seed=_SEED))
    held = sampled(corpus, share, seed=_SEED)
    out.mkdir(parents=True, exist_ok=True)
    networks = {folder.name: load_network(folder) for folder in _distinct(run, *(beside or ()))}
    files = "".join(one.sha256 for one in corpus.files)
    costs = []
    with _bar() as report:
        bench = Bench(held, Kept(out / "scored", f"{share} {_SEED} {files}"), rounds, report)
        full, measured = study(networks, out, how, bench=bench)
        if parts:
            network, _ = calibrated(networks[run.name], run.name, bench)
            costs = part_costs(network, how, bench)
    write_tables(full, measured, out)
    _plot(measured, out)
    show = _write_lines if json else _show
    show(full, measured, costs)


def _distinct(*runs: Path) -> Sequence[Path]:
    if len({folder.name for folder in runs}) < len(runs):
        raise ConfigurationError("two of the runs have one name, and so would their files; rename one")
    return runs


def _known_parts(names: Sequence[str]) -> tuple[str, ...]:
    from stream_app.training.precision.parts import PARTS

    if unknown := set(names) - set(PARTS):
        raise ConfigurationError(f"--spare: there is no part {min(unknown)!r}; parts are: {'; '.join(PARTS)}")
    return tuple(names)


def _write_lines(_: Mapping[str, HeadScore], measured: Sequence[Measured], costs: Sequence[PartCost]) -> None:
    from stream_app.training.precision.tables import to_fields

    for one in measured:
        write_json(to_fields(one))
    for cost in costs:
        write_json(cost)


def _show(full: Mapping[str, HeadScore], measured: Sequence[Measured], costs: Sequence[PartCost]) -> None:
    from stream_app.training.precision.costs import to_markdown as costs_to_markdown
    from stream_app.training.precision.tables import to_markdown

    stdout().print(to_markdown(full, measured), soft_wrap=True)
    if costs:
        stdout().print(costs_to_markdown(costs), soft_wrap=True)


def _plot(measured: Sequence[Measured], folder: Path) -> None:
    from stream_app.adapters.precision_plots import Mark, plot_precisions

    marks = [Mark(one.name, one.speed, 100 * one.lost, one.passes) for one in measured]
    for file in plot_precisions(marks, folder, most=100 * MOST_LOSS):
        announce(f"{file} is written")


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    with open_bar() as bar:
        task = bar.add_task("precisions", total=None, said="")
        yield lambda what, done, whole: bar.update(task, completed=done, total=whole, said=what)
