"""Bars for research: read from files, and begun when their session does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stream_app.adapters.files import files_in, open_file
from stream_app.adapters.files.bars import bars_in, parse_bar_columns
from stream_app.errors import ConfigurationError, DataError
from stream_app.events.bar import Bar

_EVE = "eve "
_MOST_APART, _ROUNDING = 0.02, 1e-3
"""Share of bars whose close may lie outside their low and high, and by how much of itself it may do so."""


@dataclass(frozen=True, slots=True)
class Session:
    """When a daily bar really begins, in local time; `eve` where that is on the day before its date."""

    opens: time
    zone: ZoneInfo
    eve: bool = False

    def begun(self, day: date) -> datetime:
        """Return that instant."""
        return datetime.combine(day - timedelta(days=self.eve), self.opens, self.zone).astimezone(UTC)


def parse_session(written: str) -> Session | None:
    """Read `HH:MM ZONE`, or `eve HH:MM ZONE`; None of nothing; ConfigurationError for anything else."""
    if not written:
        return None
    plain = written.strip().removeprefix(_EVE)
    opens, _, zone = plain.partition(" ")
    try:
        return Session(time.fromisoformat(opens), ZoneInfo(zone), eve=plain != written.strip())
    except (ValueError, ZoneInfoNotFoundError) as error:
        message = (
            f"“{written}” is not a time and its zone, such as “09:30 America/New_York”, or for a bar that begins "
            "on the day before its date “eve 18:00 America/New_York”"
        )
        raise ConfigurationError(message) from error


def read_bars(files: Sequence[str], columns: str, session: Session | None) -> Iterator[Bar]:
    """Yield the bars of the files; where there is a session, they are of days and begin with it.

    DataError for a bar of less than a day then, and at the end where prices of too many bars are not of one kind: from
    a plain open to a close that is adjusted for dividends there is a return that nobody had, and it is the same for a
    share day after day.
    """
    parsed = parse_bar_columns(columns)
    every = apart = 0
    for name in (inner for outer in files for inner in files_in(outer)):
        with open_file(name) as file:
            for bar in bars_in(file, name, parsed):
                every, apart = every + 1, apart + (not _is_of_one_kind(bar))
                yield bar if session is None else _moved(bar, session)
    if apart > _MOST_APART * every:
        raise DataError(
            f"the close of {apart:,} of {every:,} bars lies outside their low and high, as an adjusted close does "
            "beside plain prices: name the plain one in --market-map, or adjust all four"
        )


def _is_of_one_kind(bar: Bar) -> bool:
    return bar.low * (1 - _ROUNDING) <= bar.close <= bar.high * (1 + _ROUNDING)


def _moved(bar: Bar, session: Session) -> Bar:
    if bar.start.timetz().replace(tzinfo=None) != time.min or bar.start.utcoffset() != timedelta():
        raise DataError(
            f"a bar of {bar.ticker} begins at {bar.start.isoformat()}: a session is for bars that bear a date alone; "
            "leave --session out"
        )
    return bar.model_copy(update={"start": session.begun(bar.start.date())})
