"""What becomes of a run's events for research: Parquet, and a page to look at."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Shown

from stream_app.cli import replay_options as options
from stream_app.cli.output import progress, stdout, write_json
from stream_app.errors import ConfigurationError
from stream_app.replay.folder import RunFolder
from stream_app.replay.output import kept_lines
from stream_app.research.reading import finished
from stream_app.research.tables import TABLES, Exported, export_topic
from stream_app.settings import Settings

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
        raise ConfigurationError(f"{out} is there already: delete it, or name another folder by --out")
    # All or nothing: whoever reads the folder never finds half of it.
    draft = out.with_name(f"{out.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        written = [_export(folder, topic, draft, expected=manifest.counts.get(topic, 0)) for topic in topics or TABLES]
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _show(written, out, json=json)


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
