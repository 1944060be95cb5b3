"""At most one alert in so many seconds of event time, in whatever order the events come."""

from __future__ import annotations

from datetime import datetime, timedelta

Sent = tuple[datetime, ...]
"""Moments of the alerts that were sent, sorted: the latest few."""

_REMEMBERED = 8


def is_free(sent: Sent, moment: datetime, seconds: int) -> bool:
    """Return whether an alert at that moment keeps its distance to all others.

    A late event before all that are remembered is not free once some were forgotten: then nobody knows.
    """
    if len(sent) == _REMEMBERED and moment < sent[0]:
        return False
    apart = timedelta(seconds=seconds)
    return all(abs(moment - one) >= apart for one in sent)


def with_sent(sent: Sent, moment: datetime) -> Sent:
    """Return the memory with one more alert."""
    return tuple(sorted((*sent, moment))[-_REMEMBERED:])
