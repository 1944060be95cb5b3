"""`stream-app model explain`: whether the evidence that is served tells what moves a score."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.table import Table

from stream_app.cli.model_sources import need_training
from stream_app.cli.output import announce, progress, stdout, write_json

if TYPE_CHECKING:
    from stream_app.probes.intervals import Interval
    from stream_app.training.explanation.figures import HeadFigures

# Training needs PyTorch, which no serving machine has: its modules are imported by the commands that need them.
# ruff: noqa: PLC0415


def explain(  # noqa: PLR0913  (options of a command)
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    *,
    data: Annotated[Path, typer.Option(help="Folder of the public training sets; its held-out texts are explained.")],
    texts: Annotated[int, typer.Option(min=2, help="Most texts of each head.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same texts and numbers, on one machine.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For explain.json.")] = None,
    plots: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For the plot as SVG.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON line.")] = False,
) -> None:
    """Hold the evidence against integrated gradients, and take away what it names to see what the prediction loses.

    Agreement is Spearman's rank correlation over the tokens of each text. The deletion test has what the predicted
    label's probability loses without the named tokens (the more, the better they are named), and with them alone (the
    less, the better); texts that are predicted neutral are left out of it.

    Example: stream-app model explain runs/third --data DATA --plots found
    """
    need_training()
    from stream_app.adapters.installed_graph import installed_graph
    from stream_app.training.explanation.checking import check
    from stream_app.training.explanation.targets import HEADS
    from stream_app.training.run import load_network, load_sources

    network, corpus = load_network(run), load_sources(run, data, installed_graph())
    with progress() as shown:
        tasks = {head: shown.add_task(head, total=texts) for head in HEADS}
        found = check(
            network,
            corpus,
            most=texts,
            seed=seed,
            report=lambda head: shown.advance(tasks[head]),  # type: ignore[index]
        )
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "explain.json").write_bytes(orjson.dumps(_fields(found), option=orjson.OPT_INDENT_2))
    if plots:
        _plot(found, plots)
    if json:
        write_json(_fields(found))
    else:
        _show(found)


def _fields(found: tuple[HeadFigures, ...]) -> dict[str, object]:
    from stream_app.training.explanation.deletion import SHARES

    return {"shares": SHARES, "heads": found}


def _plot(found: tuple[HeadFigures, ...], folder: Path) -> None:
    from stream_app.adapters.explanation_plots import plot_deletion
    from stream_app.training.explanation.deletion import SHARES

    curves = {
        one.head: (
            {loss.method: loss.without_by_share for loss in one.losses},
            {loss.method: loss.alone_by_share for loss in one.losses},
        )
        for one in found
    }
    for file in plot_deletion(curves, SHARES, folder):
        announce(f"{file} is written")


def _show(found: tuple[HeadFigures, ...]) -> None:
    agreements = Table("head", "method", "rank correlation", "of sizes alone", title="against integrated gradients")
    losses = Table("head", "method", "lost without them", "lost with them alone", title="deletion test")
    for head in found:
        for one in head.agreements:
            agreements.add_row(head.head, one.method, _interval(one.signed), _interval(one.size))
        for loss in head.losses:
            losses.add_row(head.head, loss.method, _interval(loss.without), _interval(loss.alone))
    for table in (agreements, losses):
        stdout().print(table)
    for head in found:
        stdout().print(
            f"{head.head}: {head.texts} texts, {head.directed} of them predicted positive or negative; the additive "
            f"part is {head.additive_share:.0%} of the score; the gradients miss {head.gap:.1%} of its change"
        )


def _interval(one: Interval) -> str:
    if one.value is None:
        return "–"
    return f"{one.value:.3f}" if one.low is None else f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
