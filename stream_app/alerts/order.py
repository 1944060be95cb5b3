"""The one order in which notices are decided, in whatever order they came: by event time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from stream_app.alerts.notices import Calm, Matched

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_TIME_BYTES, _DIGEST_BYTES = 8, 16
_NOT_SAID: Mapping[str, Any] = {"origin": True, "judged_at": True, "event": {"processed_at"}, "terms": {"since"}}


def published_at(notice: Matched | Calm) -> datetime:
    """Return the event time that a notice counts under."""
    return notice.published_at if isinstance(notice, Calm) else notice.event.published_at


def in_order(notices: Sequence[Matched | Calm]) -> Iterable[Matched | Calm]:
    """Return the notices of one instant in their order, each once; the order of different subscriptions may be another.

    What they say is looked at only where there are several of one event, which takes ten times as long.
    """
    matched = [(one.event.event_id, one.terms.name) for one in notices if isinstance(one, Matched)]
    if len(set(matched)) == len(matched):
        return sorted(notices, key=_place_alone)
    by_order = {order_of(one): one for one in notices}
    return [by_order[order] for order in sorted(by_order)]


def _place_alone(notice: Matched | Calm) -> bytes:
    return b"" if isinstance(notice, Calm) else b"\x01" + notice.event.event_id.encode("utf-8", "surrogatepass")


def order_of(notice: Matched | Calm) -> bytes:
    """Return the notice's place: event time, calm before what is over a threshold, the event, what is said of it.

    Notices of one place say the same.
    """
    time = (published_at(notice) - _BEGINNING) // timedelta(microseconds=1)
    event = b"" if isinstance(notice, Calm) else b"\x01" + notice.event.event_id.encode("utf-8", "surrogatepass")
    said = notice.model_dump_json(exclude=dict(_NOT_SAID)).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(said, digest_size=_DIGEST_BYTES).digest()
    return time.to_bytes(_TIME_BYTES, "big") + event + b"\x00" + digest
