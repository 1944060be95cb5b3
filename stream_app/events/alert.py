"""What goes out on `alerts` and `alerts.<subscription>`: an event that somebody subscribed to."""

from __future__ import annotations

from stream_app.events.risk_event import RiskEvent
from stream_app.events.schema import Instant, Schema
from stream_app.events.sentiment_event import SentimentEvent


class Alert(Schema):
    """The event whole, and why it was sent."""

    alert_id: str
    subscription: str
    reason: str
    event: SentimentEvent | RiskEvent
    published_at: Instant
    processed_at: Instant
