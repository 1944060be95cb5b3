"""What becomes of a run's events for research: Parquet, and a page to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Shown

from stream_app.adapters.installed_graph import installed_graph
from stream_app.cli import replay_options as options
from stream_app.cli.output import announce, progress, stdout, write_json
from stream_app.errors import DataError
from stream_app.replay.event_files import kept_lines
from stream_app.replay.folder import RunFolder
from stream_app.replay.request import Request
from stream_app.research.backtest.availability import Availability
from stream_app.research.backtest.study import Rules
from stream_app.research.market import parse_session, read_bars
from stream_app.research.reading import events_of_run, finished
from stream_app.research.report.whole import digest_of, market_of, report_of
from stream_app.research.tables import TABLES, Exported, export_topic
from stream_app.research.testing import Question
from stream_app.settings import Settings

_MARKET = "Files of bars; else those of the run, where they still are."
_TOPICS = f"Topics to export, of {', '.join(TABLES)}; else all."


def export(
    name: options.Name,
    *,
    out: Annotated[Path | None, typer.Option(help="Folder to make; else NAME-parquet.")] = None,
    topics: Annotated[list[str] | None, typer.Option("--topic", help=_TOPICS)] = None,
    json: options.Json = False,
) -> None:
    """Write a run's events as Parquet, one folder a topic and one a day, for DuckDB, polars, pandas and others.

    docs/research.md lists the columns.

    Example: stream-app replay export first-try --out events
    """
    if unknown := set(topics or ()) - TABLES.keys():
        raise typer.BadParameter(f"{', '.join(sorted(unknown))} is no topic to export: there is {', '.join(TABLES)}")
    folder = RunFolder(Settings().state_dir, name)
    manifest = finished(folder)
    out = out or Path(f"{name}-parquet")
    if out.exists():
        raise DataError(f"{out} is there already: delete it, or name another folder by --out")
    # All or nothing: whoever reads the folder never finds half of it.
    draft = out.with_name(f"{out.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        chosen = dict.fromkeys(topics or TABLES)  # one that is named twice is written once
        written = [_export(folder, topic, draft, expected=manifest.counts.get(topic, 0)) for topic in chosen]
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _show(written, out, json=json)


def report(  # noqa: PLR0913  (the options of a command)
    name: options.Name,
    *,
    out: Annotated[Path | None, typer.Option(help="File to write; else NAME.html.")] = None,
    market: Annotated[list[str] | None, typer.Option(help=_MARKET)] = None,
    market_map: options.MarketMap = "",
    session: Annotated[str, typer.Option(metavar="“HH:MM ZONE”", help=options.SESSION)] = "",
    delay_minutes: Annotated[float, typer.Option(min=0, help=options.DELAY)] = 15,
    entities: Annotated[int, typer.Option(min=1, help="Entities that are shown closely.")] = 12,
    json: options.Json = False,
) -> None:
    """Draw a run as one page that fetches nothing: volumes, entities against prices, alerts, back-test, latency.

    Example: stream-app replay report first-try --session "09:30 America/New_York"
    """
    folder = RunFolder(Settings().state_dir, name)
    events, request = events_of_run(folder), Request.model_validate(folder.run().request)
    files = market or [file for file in request.market if Path(file).exists()]
    columns = market_map or request.market_columns
    out = out or Path(f"{name}.html")
    with progress() as shown:

        def on_topic(topic: str, expected: int | None) -> Callable[[], None]:
            task = shown.add_task(topic, total=expected)
            return lambda: shown.advance(task)

        digest = digest_of(events, on_topic=on_topic)
        test = Question(
            availability=Availability(delay=timedelta(minutes=delay_minutes)),
            rules=Rules(),
            market=tuple(files),
            columns=columns,
            session=session,
        )
        bars = list(read_bars(files, columns, parse_session(session)))
        found = market_of(events, bars, test, graph=installed_graph, on_topic=on_topic)
        text = report_of(events, digest, found, subscriptions=len(folder.run().subscriptions), entities=entities)
    out.write_text(text, encoding="utf-8")
    if json:
        write_json({"file": str(out), "bytes": out.stat().st_size})
    else:
        announce(f"{out} is written ({out.stat().st_size / 2**20:.1f} MiB): open it in a browser")


def _export(folder: RunFolder, topic: str, draft: Path, *, expected: int) -> Exported:
    with progress() as shown:
        task = shown.add_task(topic, total=expected)
        lines = kept_lines(folder.path, topic)
        return export_topic(lines, TABLES[topic], draft, on_line=lambda: shown.advance(task))


def _show(written: list[Exported], out: Path, *, json: bool) -> None:
    if json:
        for one in written:
            write_json({"topic": one.topic, "rows": one.rows, "days": one.days, "bytes": one.size_bytes})
        return
    table = Shown("topic", "rows", "days", "MiB", title=f"{out}", title_justify="left")
    for one in written:
        table.add_row(one.topic, f"{one.rows:,}", f"{one.days:,}", f"{one.size_bytes / 2**20:,.1f}")
    stdout().print(table)
