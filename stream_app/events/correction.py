"""What travels on `feedback`: a person's label for an event."""

from __future__ import annotations

from stream_app.events.schema import Instant, Schema
from stream_app.events.sentiment_event import Label


class Correction(Schema):
    """What the label of an event should have been."""

    event_id: str
    label: Label
    topic: str | None = None
    author: str | None = None
    corrected_at: Instant
