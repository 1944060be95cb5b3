"""Event times as producers write them: RFC 3339, read strictly, so that nothing else passes for a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

BAD_TIME = "bad_time"
"""Type of the validation error of a time that is none."""

_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}):(\d{2})(?:\.(\d{1,6})\d*)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)
_SECOND = timedelta(seconds=1)


def _event_time(value: object) -> datetime:
    """Return the moment in UTC; a number is no time, since nothing says what it counts."""
    if isinstance(value, datetime):
        return _in_utc(value)
    found = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _bad_time(value)
    try:
        return _moment(*found.groups())
    except (ValueError, OverflowError):
        raise _bad_time(value) from None


def _moment(date: str, minute: str, second: str, fraction: str | None, zone: str | None) -> datetime:  # noqa: PLR0917
    leap = second == "60"
    written = f"{date}T{minute}:{'59' if leap else second}.{fraction or 0:0<6}{(zone or 'Z').upper()}"
    moment = _in_utc(datetime.fromisoformat(written))
    if not leap:
        return moment
    if (moment.hour, moment.minute) != (23, 59):
        raise ValueError("leap seconds end a day")
    return moment + _SECOND


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _bad_time(value: object) -> PydanticCustomError:
    shown = repr(value) if isinstance(value, str) else type(value).__name__
    most = 40
    cut = shown if len(shown) <= most else shown[:most] + "…"
    return PydanticCustomError(BAD_TIME, "{shown} is no RFC 3339 time, such as 2026-03-02T08:00:00Z", {"shown": cut})


EventTime = Annotated[AwareDatetime, BeforeValidator(_event_time)]
"""RFC 3339 with seconds; no zone means UTC."""
