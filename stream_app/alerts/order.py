"""The one order in which notices are decided, in whatever order they came: by event time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stream_app.alerts.notices import Calm, Matched

Order = tuple[datetime, bool, str, bytes]
"""Event time; calm before what is over a threshold; the event; what is said. Equal ones say the same."""

_BYTES = 16
_NOT_SAID: Mapping[str, Any] = {"origin": True, "judged_at": True, "event": {"processed_at"}}


def order_of(notice: Matched | Calm) -> Order:
    """Return the notice's place."""
    said = notice.model_dump_json(exclude=dict(_NOT_SAID)).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(said, digest_size=_BYTES).digest()
    if isinstance(notice, Calm):
        return notice.published_at, False, "", digest
    return notice.event.published_at, True, notice.event.event_id, digest
