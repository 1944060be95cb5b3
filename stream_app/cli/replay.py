"""`stream-app replay`: history again, through the same workers as live."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from stream_app.adapters.clock import SystemClock
from stream_app.adapters.files import STDIN
from stream_app.cli import replay_options as options
from stream_app.cli.inputs import Input
from stream_app.cli.output import announce, stdout, write_json
from stream_app.cli.replay_namespace import drop_namespace, left_behind, namespace_of, subscriptions_for
from stream_app.cli.replay_research import export, report
from stream_app.cli.replay_run import Replay
from stream_app.cli.replay_shown import ReplayBar, differences_table, manifest_table, row_of, runs_table
from stream_app.cli.target import settings_in_use
from stream_app.compose import PARTS
from stream_app.errors import DataError
from stream_app.replay.compare import compared
from stream_app.replay.folder import RunFile, RunFolder, State, folders
from stream_app.replay.inventory import parse_offsets
from stream_app.replay.pace import MAX, parse_speed
from stream_app.replay.request import DEFAULT_AHEAD, DEFAULT_LATENESS, Clock, Request
from stream_app.replay.sources import check_files
from stream_app.settings import Settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Replay history through the same workers as live, isolated from it, and to the same bytes each time.

    Example: stream-app replay run tweets.jsonl.gz --name first-try
    """


@app.command()
def run(  # noqa: PLR0913  (the options of a command)
    files: options.Files = None,
    *,
    name: options.NewName,
    begin: options.From = None,
    end: options.To = None,
    speed: options.Speed = MAX,
    only: options.Only = "",
    workers: options.Workers = 1,
    partitions: options.Partitions = 4,
    market: options.Market = None,
    market_map: options.MarketMap = "",
    bar_hours: options.BarHours = 24,
    subscriptions: options.Subscriptions = None,
    topics: options.Topics = None,
    by: options.By = Clock.EVENT,
    margin_hours: options.MarginHours = 24,
    offsets: options.Offsets = "",
    into: options.Into = Input.NEWS,
    columns: options.Map = "",
    file_format: options.Format = None,
    lateness: options.Lateness = DEFAULT_LATENESS,
    ahead: options.Ahead = DEFAULT_AHEAD,
    cached: options.Cached = True,
    reused: options.Reused = True,
    json: options.Json = False,
) -> None:
    """Replay documents, and bars with --market, in a namespace of their own; wait until all is through.

    Servers that are not configured and that no `up` runs are started for the run. What came out is kept in
    replays/NAME of the state folder. Where a run there is made of the same, subscriptions aside, its events are taken
    and only the alerts are decided: without servers, and without topics.

    Example: stream-app replay run tweets.jsonl.gz --name first-try --from 2014-01-01 --to 2014-04-01
    """
    _check_asked(bool(files or topics), begin, end)
    _check_offsets(offsets, topics)
    parse_speed(speed)
    times = {"begin": _in_utc(begin), "end": _in_utc(end), "bar_length": timedelta(hours=bar_hours)}
    sources = {"files": tuple(map(_absolute, files or ())), "market": tuple(map(_absolute, map(str, market or ())))}
    rules = {"speed": speed, "workers": workers, "partitions": partitions, "ahead": ahead}
    kept = {"cached": cached, "reused": reused}
    shape = {"into": into.value, "columns": columns, "file_format": file_format, "market_columns": market_map}
    parts = {"parts": _parts(only), "subscriptions": str(subscriptions.resolve()) if subscriptions else ""}
    stretch = {"topics": topics or (), "offsets": offsets, "by": by, "margin": timedelta(hours=margin_hours)}
    request = Request.model_validate(times | sources | rules | kept | shape | parts | stretch | {"lateness": lateness})
    check_files(request, now=SystemClock().now())
    settings = settings_in_use()
    _finish(settings, _begun(settings, name, request), json=json)


@app.command()
def resume(name: options.Name, *, json: options.Json = False) -> None:
    """Let a paused run go on, or take up one that was broken off, from where it was.

    Example: stream-app replay resume first-try
    """
    settings = settings_in_use()
    folder = RunFolder(settings.state_dir, name)
    request = Request.model_validate(folder.run().request)
    folder.pause(wanted=False)
    if folder.state is State.INTERRUPTED:
        if not request.can_be_read_again:
            raise DataError(f"run {name} read standard input, which is gone: drop it and run it again")
        _finish(settings, folder, json=json)
    elif json:
        write_json(row_of(folder))


@app.command()
def pause(name: options.Name, *, json: options.Json = False) -> None:
    """Let a run stand still: nothing more is fed until it is resumed.

    Example: stream-app replay pause first-try
    """
    folder = RunFolder(Settings().state_dir, name)
    if folder.state not in {State.RUNNING, State.PAUSED}:
        raise DataError(f"run {name} is {folder.state}: only one that runs can pause")
    folder.pause(wanted=True)
    if json:
        write_json(row_of(folder))


@app.command(name="list")
def list_runs(*, json: options.Json = False) -> None:
    """List the runs with their state and figures.

    Example: stream-app replay list
    """
    found = folders(Settings().state_dir)
    if json:
        for folder in found:
            write_json(row_of(folder))
    else:
        stdout().print(runs_table(found))


@app.command()
def drop(name: options.Name, *, json: options.Json = False) -> None:
    """Delete a run: its topics, keys and consumer group where its servers still are, and its folder.

    Example: stream-app replay drop first-try
    """
    settings = settings_in_use()
    folder = RunFolder(settings.state_dir, name)
    asked = folder.run()
    with folder.held():
        dropped = asyncio.run(drop_namespace(settings, asked))
        folder.delete()
    if left := left_behind(settings, asked):
        announce(left)
    if json:
        write_json({"name": name, "dropped": dropped})
    else:
        announce(f"{', '.join((*(f'{count} {what}' for what, count in dropped.items()), 'the folder'))} deleted")


@app.command()
def compare(
    one: Annotated[str, typer.Argument(metavar="A", help="Name of a run.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Name of the run to hold against it.")],
    *,
    plots: Annotated[Path | None, typer.Option(help="Folder for plots as SVG.")] = None,
    json: options.Json = False,
) -> None:
    """Show what differs between two runs: counts, scores by entity and topic, alerts gained and lost.

    Example: stream-app replay compare before after --plots differences
    """
    state_dir = Settings().state_dir
    found = compared(RunFolder(state_dir, one), RunFolder(state_dir, other))
    if plots:
        from stream_app.replay.plots import plot_differences  # noqa: PLC0415  (an extra)

        for file in plot_differences(found, plots):
            announce(f"{file} is written")
    if json:
        write_json(found.as_json())
    else:
        stdout().print(differences_table(found))


app.command()(export)
app.command()(report)


def _begun(settings: Settings, name: str, request: Request) -> RunFolder:
    folder = RunFolder(settings.state_dir, name)
    asked = RunFile(
        name=name,
        namespace=namespace_of(settings, name),
        request=request.model_dump(mode="json"),
        subscriptions=subscriptions_for(settings, request.subscriptions),
        begun_at=SystemClock().now(),
        kafka_brokers=settings.kafka_brokers,
        redis=settings.redis_url is not None,
    )
    folder.begin(asked)
    return folder


def _check_asked(has_source: bool, begin: datetime | None, end: datetime | None) -> None:  # noqa: FBT001
    if not has_source:
        raise typer.BadParameter("name a file, a folder, - or --topic to replay from")
    if begin and end and begin >= end:
        raise typer.BadParameter("--from is not before --to")


def _check_offsets(offsets: str, topics: Sequence[str] | None) -> None:
    if offsets and not topics:
        raise typer.BadParameter("--offsets are of a --topic: name it, or choose by --from and --to")
    if offsets:
        parse_offsets(offsets)


def _finish(settings: Settings, folder: RunFolder, *, json: bool) -> None:
    with ReplayBar(folder.name) as bar:
        manifest = Replay(settings, folder, report=announce, on_look=bar.show).run()
    if json:
        write_json(manifest.model_dump(mode="json"))
    else:
        stdout().print(manifest_table(manifest))


def _parts(only: str) -> tuple[str, ...]:
    parts = tuple(sorted(filter(None, only.split(","))))
    if unknown := set(parts) - PARTS:
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))} is no part of a worker: there is {', '.join(sorted(PARTS))}"
        )
    return parts


def _absolute(name: str) -> str:
    return name if name == STDIN else str(Path(name).resolve())


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
