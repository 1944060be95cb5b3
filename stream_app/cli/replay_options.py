"""The options of `stream-app replay run`, named, so that the command fits a screen."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from stream_app.adapters.files import FileFormat
from stream_app.cli.inputs import Input
from stream_app.replay.request import Clock

_INSTANTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
_PAIRS = "FIELD=COLUMN,…"
_SOURCES = "Files, also .gz and .zst, or folders; - for standard input."

SESSION = "When a bar that bears only a date begins (`eve HH:MM ZONE`: on the day before); else at midnight UTC."
DELAY = "Minutes after its publication until an event is usable."

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the run.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
Files = Annotated[list[str] | None, typer.Argument(metavar="SOURCE…", help=_SOURCES)]
NewName = Annotated[str, typer.Option(help="Name of the run: a-z, 0-9 and -.")]
From = Annotated[datetime | None, typer.Option("--from", formats=_INSTANTS, help="First event time, UTC.")]
To = Annotated[datetime | None, typer.Option("--to", formats=_INSTANTS, help="Event time to end before.")]
Speed = Annotated[str, typer.Option(metavar="1x…max", help="How fast event time goes by.")]
Only = Annotated[
    str,
    typer.Option(metavar="PART,…", help="The parts of the workers to run: ingest, risk, rollups, alerts; else all."),
]
Workers = Annotated[int, typer.Option(min=1, help="Workers to run.")]
Partitions = Annotated[int, typer.Option(min=1, help="Partitions of the run's topics.")]
Market = Annotated[list[Path] | None, typer.Option(help="Files of bars, replayed into market.bars.")]
MarketMap = Annotated[str, typer.Option(metavar=_PAIRS, help="Columns of the bars, where they bear other names.")]
BarHours = Annotated[float, typer.Option(min=0.001, help="Hours that a bar lasts; it is fed when it is over.")]
Subscriptions = Annotated[
    Path | None, typer.Option(help="File of subscriptions, one of JSON a line; else the live ones are taken.")
]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="A topic of the configured Kafka as a source.")]
By = Annotated[Clock, typer.Option(help="Which time --from and --to mean for a topic.")]
MarginHours = Annotated[
    float, typer.Option(min=0, help="Hours after its event time in which a topic's record was received.")
]
Offsets = Annotated[str, typer.Option(metavar="PARTITION:FIRST-END,…", help="Offsets of the topic to read.")]
Into = Annotated[Input, typer.Option(help="The topic that the documents of files go into.")]
Map = Annotated[str, typer.Option("--map", metavar=_PAIRS, help="Fields whose columns bear other names.")]
Format = Annotated[FileFormat | None, typer.Option("--format", help="Format, where a file's name does not tell it.")]
Lateness = Annotated[int, typer.Option(min=0, help="Rows that a source may be out of order by.")]
Ahead = Annotated[int, typer.Option(min=1, help="Most records that are fed and not finished.")]
Cached = Annotated[
    bool, typer.Option("--cache/--no-cache", help="Keep and use the model's results; no: nor events (--no-reuse).")
]
Reused = Annotated[
    bool,
    typer.Option("--reuse/--no-reuse", help="Take the events of a run that is made of the same, where there is one."),
]
