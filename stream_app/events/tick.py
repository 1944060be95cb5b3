"""What travels on `clock.ticks`: event time has reached an instant."""

from __future__ import annotations

from stream_app.events.schema import Instant, Schema


class Tick(Schema):
    """Closes windows and digests on quiet streams, live and in replay alike."""

    source: str
    event_time: Instant
