"""Bars for research: read from files, and begun when their session does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import BufferedReader
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stream_app.adapters.files import files_in, open_file
from stream_app.adapters.files.bars import bars_in, parse_bar_columns
from stream_app.errors import ConfigurationError
from stream_app.events.bar import Bar


@dataclass(frozen=True, slots=True)
class Session:
    """When a daily bar really begins, in local time."""

    opens: time
    zone: ZoneInfo

    def begun(self, day: date) -> datetime:
        """Return that instant."""
        return datetime.combine(day, self.opens, self.zone).astimezone(UTC)


def parse_session(written: str) -> Session | None:
    """Read `HH:MM ZONE`; None of nothing; ConfigurationError for anything else."""
    if not written:
        return None
    opens, _, zone = written.strip().partition(" ")
    try:
        return Session(time.fromisoformat(opens), ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError) as error:
        message = f"“{written}” is not a time and its zone, such as “09:30 America/New_York”"
        raise ConfigurationError(message) from error


def read_bars(files: Sequence[str], columns: str, session: Session | None) -> Iterator[Bar]:
    """Yield the bars of the files; those dated at midnight UTC begin with the session, where there is one."""
    parsed = parse_bar_columns(columns)
    for name in (inner for outer in files for inner in files_in(outer)):
        with open_file(name) as file:
            for bar in bars_in(BufferedReader(cast("Any", file)), name, parsed):
                yield bar if session is None else _moved(bar, session)


def _moved(bar: Bar, session: Session) -> Bar:
    if bar.start.timetz().replace(tzinfo=None) != time.min or bar.start.utcoffset() != timedelta():
        return bar
    return bar.model_copy(update={"start": session.begun(bar.start.date())})
