"""What people see of replays: a bar while one runs, its manifest, the list of runs, how two differ."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from stream_app.cli.how_far import HowFar
from stream_app.cli.output import stderr
from stream_app.cli.replay_watch import Look
from stream_app.errors import DataError
from stream_app.replay.compare import Differences
from stream_app.replay.folder import RunFolder
from stream_app.replay.manifest import Manifest

_HASH_SHOWN = 12
_ROWS_SHOWN = 10


class ReplayBar:
    """Shows event time, rate and time left on standard error; where that is no terminal, a line now and then."""

    def __init__(self, name: str) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[said]}, {task.completed:,.0f} done, left"),
            TimeRemainingColumn(),
        )
        self._progress = HowFar(*columns, console=stderr())
        self._task = self._progress.add_task(name, total=None, said="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, look: Look) -> None:
        """Show how far it is."""
        said = f"{(look.moment or '')[:16].replace('T', ' ')}  {look.rate:,.0f}/s".strip()
        self._progress.update(self._task, completed=look.finished, total=look.expected, said=said)


def manifest_table(manifest: Manifest) -> Table:
    """Return what came out."""
    table = Table("topic", "events", "digest", title=f"replay {manifest.name}", title_justify="left")
    for topic, count in manifest.counts.items():
        table.add_row(topic, f"{count:,}", manifest.digest.get(topic, "")[:_HASH_SHOWN])
    origin = f"; events of run {manifest.taken_from}" if manifest.taken_from else ""
    letters = ", ".join(f"{count} {kind}" for kind, count in manifest.dead_letters.items()) or "none"
    table.caption_justify = "left"
    table.caption = (
        f"{manifest.documents:,} documents in {manifest.seconds:,.1f} s; dead letters: {letters}; late: {manifest.late}"
        f"{origin}"
    )
    return table


def row_of(folder: RunFolder) -> dict[str, Any]:
    """Return a run as one line of JSON; one that cannot be read says so, and hides no other."""
    try:
        return _row_of(folder)
    except DataError as error:
        return {"name": folder.name, "state": "unreadable", "error": str(error)}


def _row_of(folder: RunFolder) -> dict[str, Any]:
    manifest, run = folder.manifest(), folder.run()
    row: dict[str, Any] = {"name": folder.name, "state": folder.state, "begun_at": run.begun_at}
    row |= {"topic_prefix": run.namespace.topic_prefix, **folder.progress()}
    if manifest is not None:
        row |= {"documents": manifest.documents, "counts": manifest.counts, "seconds": manifest.seconds}
        row |= {"taken_from": manifest.taken_from}
    return row


def runs_table(found: list[RunFolder]) -> Table:
    """Return all runs, one a row."""
    table = Table("run", "state", "begun", "event time", "finished", "documents", "events", "seconds")
    for folder in found:
        row = row_of(folder)
        counts = row.get("counts", {})
        cells = (
            row["name"],
            row["state"],
            f"{row['begun_at']:%Y-%m-%d %H:%M}" if "begun_at" in row else "",
            str(row.get("event_time") or "")[:16],
            f"{row.get('finished', 0):,}",
            f"{row['documents']:,}" if "documents" in row else "",
            f"{counts['sentiment.events']:,}" if counts else "",
            f"{row['seconds']:,.0f}" if "seconds" in row else "",
        )
        table.add_row(*cells)
    return table


def differences_table(found: Differences) -> Table:
    """Return how two runs differ; hashes that are equal are left out."""
    table = Table("", found.one, found.other, "difference", title_justify="left")
    for name, versions in found.versions.items():
        table.add_row(
            name, *(version[:_HASH_SHOWN] if name.endswith("sha256") else version for version in versions), ""
        )
    for topic, (one, other) in found.counts.items():
        table.add_row(topic, f"{one:,}", f"{other:,}", f"{other - one:+,}" if one != other else found.sameness(topic))
    for shift in [shift for shift in found.shifts if shift.most][:_ROWS_SHOWN]:
        label = f"{shift.by} {shift.name}"
        table.add_row(label, f"{shift.one:+.3f}", f"{shift.other:+.3f}", f"{shift.mean:+.3f} over {shift.events}")
    for label, alerts in (("alerts gained", found.gained), ("alerts lost", found.lost)):
        table.add_row(label, "", "", f"{len(alerts):,}")
    return table
