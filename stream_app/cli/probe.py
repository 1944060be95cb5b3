"""`stream-app model probe`: how far the model's answers follow what a text says, and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.table import Table

from stream_app.cli.output import announce, progress, stdout, write_json
from stream_app.errors import DataError
from stream_app.settings import Settings

if TYPE_CHECKING:
    from stream_app.probes.report import ProbeReport
    from stream_app.probes.run import Sizes
    from stream_app.probes.texts import Text

# Whoever asks for the help of `model` does not wait for the model: its modules are imported when it runs.
# ruff: noqa: PLC0415

_NEIGHBOURS = 4
"""Documents beside hostile ones, for each text of the sample."""


def probe(  # noqa: PLR0913  (options of a command)
    *,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the public sets; their held-out texts are edited.")
    ] = None,
    sample: Annotated[int, typer.Option(min=2, help="Texts of each source, and pairs of each kind.")] = 200,
    companies: Annotated[int, typer.Option(min=2, help="Companies of each country, sector and size.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers, on one machine.")] = 0,
    repository: Annotated[Path | None, typer.Option(help="Unset: STREAM_APP_MODEL_REPOSITORY.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For probe.json and probe.md.")] = None,
    plots: Annotated[Path | None, typer.Option(metavar="FOLDER", help="For plots as SVG.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON line.")] = False,
) -> None:
    """Edit texts so that their label stays or changes, exchange companies, add hostile text, and see what moves.

    Exit status 1, after the results, where a bound is broken: a group of companies is judged too differently, or a
    document's scores depend on what stands beside it.

    Example: stream-app model probe --data DATA --out found --plots found
    """
    from stream_app.probes.run import Sizes
    from stream_app.training.held_out import held_out_texts

    given = held_out_texts(data) if data else []
    settings = Settings() if repository is None else Settings(model_repository=repository)
    found = _probed(settings, given, seed=seed, sizes=Sizes(sample, companies, _NEIGHBOURS * sample))
    if out:
        _write(found, out)
    if plots:
        from stream_app.adapters.probe_plots import plot_probes

        for file in plot_probes(found, plots):
            announce(f"{file} is written")
    _show(found, json=json)


def _probed(settings: Settings, given: list[Text], *, seed: int, sizes: Sizes) -> ProbeReport:
    from stream_app.adapters.openvino import local_report
    from stream_app.cli.local import text_scorer
    from stream_app.probes.report import Conditions
    from stream_app.probes.run import run_probes

    scorer, graph, version = text_scorer(settings)
    runtime = local_report()
    conditions = Conditions(version, graph.version, runtime.runtime, runtime.precision, seed, sizes.sample)
    with progress() as shown:
        task = shown.add_task("texts", total=None)
        return asyncio.run(
            run_probes(
                scorer,
                graph,
                given,
                conditions=conditions,
                sizes=sizes,
                report=lambda done, whole: shown.update(task, completed=done, total=whole),
            )
        )


def _write(found: ProbeReport, folder: Path) -> None:
    from stream_app.probes.report import to_fields
    from stream_app.probes.written import to_markdown

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "probe.json").write_bytes(orjson.dumps(to_fields(found), option=orjson.OPT_INDENT_2))
    (folder / "probe.md").write_text(to_markdown(found), encoding="utf-8")


def _show(found: ProbeReport, *, json: bool) -> None:
    from stream_app.probes.report import to_fields
    from stream_app.probes.written import notes, tables

    if json:
        write_json(to_fields(found))
    else:
        for one in tables(found):
            table = Table(*one.columns, box=None, padding=(0, 1, 0, 0), title=f"\n{one.title}", title_justify="left")
            for column in table.columns[one.words :]:
                column.justify, column.no_wrap = "right", True
            for row in one.rows:
                table.add_row(*row)
            stdout().print(table)
        for note in notes(found):
            stdout().print(note)
    if found.broken:
        raise DataError(f"{'; '.join(found.broken)}: do not put this model into service")
