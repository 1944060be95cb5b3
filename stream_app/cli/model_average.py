"""`stream-app model average`: the mean of the weights before and after a stage of training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli.model_options import JsonOption
from stream_app.cli.model_sources import is_chinese_run, need_training, runs_of
from stream_app.cli.output import stdout, write_json

# Training needs PyTorch, which no serving machine has: its modules are imported by the command.
# ruff: noqa: PLC0415


def average(
    before: Annotated[Path, typer.Argument(help="Folder of the run that the other one began with.")],
    after: Annotated[Path, typer.Argument(help="Folder of the run that went on from it.")],
    *,
    share: Annotated[float, typer.Option(min=0.0, max=1.0, help="How much the later one counts.")] = 0.5,
    out: Annotated[Path, typer.Option(help="Folder of the run that is made.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of the public training sets, to score it; unset: scored when needed.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a finished run whose weights are the mean of two: what was learnt since, with less of what was forgotten.

    Example: stream-app model average runs/first runs/second --share 0.8 --out runs/mean
    """
    need_training()
    from stream_app.training.averaging import average as averaged
    from stream_app.training.scored import score_run

    averaged(before, after, out, share=share, runs=runs_of(after))
    if data is not None and not is_chinese_run(after):
        score_run(out, data, installed_graph())
    if json:
        write_json({"run": str(out), "share": share})
    else:
        stdout().print(f"{out} is {share:g} of {after} and {1 - share:g} of {before}; measure it with: model evaluate")
