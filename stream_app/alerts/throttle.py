"""At most one alert in so many seconds of event time, in whatever order the events come within a day."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import Any

from stream_app.alerts.state import Sent

_LATENESS = timedelta(days=1)
_MOST = 128
"""What is remembered where alerts are so dense that a day has more: three kilobytes, which each event writes anew."""


def is_free(sent: Sent, moment: datetime, seconds: int) -> bool:
    """Return whether an alert at that moment keeps its distance to all others.

    Nothing is free before what was forgotten: nobody knows.
    """
    apart = timedelta(seconds=seconds)
    if sent.sent_since is not None and moment < sent.sent_since + apart:
        return False
    place = bisect_left(sent.sent, moment)
    return all(abs(moment - one) >= apart for one in sent.sent[max(place - 1, 0) : place + 1])


def with_sent(sent: Sent, moment: datetime) -> dict[str, Any]:
    """Return what changes in the memory by one more alert: what is older than late events are is forgotten."""
    ordered = sorted((*sent.sent, moment))
    gone = max(len(ordered) - _MOST, bisect_left(ordered, ordered[-1] - _LATENESS))
    return {"sent": tuple(ordered[gone:])} | ({"sent_since": ordered[gone - 1]} if gone > 0 else {})
