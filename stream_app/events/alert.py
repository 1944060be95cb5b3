"""What goes out on `alerts` and `alerts.<subscription>`: an event that somebody subscribed to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from stream_app.events.entity import EntityRef
from stream_app.events.risk_event import RiskEvent
from stream_app.events.schema import Instant, Schema
from stream_app.events.sentiment_event import SentimentEvent

Kind = Literal["sentiment", "risk"]
Direction = Literal["adverse", "favourable"]


class DigestedEvent(Schema):
    """One event of a digest, in short; the topic of its kind has it whole."""

    event_id: str
    kind: Kind
    entity: EntityRef | None
    direction: Direction | None
    size: float | None = Field(description="Polarity of a sentiment event, probability of a risk event.")
    published_at: Instant


class Digest(Schema):
    """What stands behind an alert for many events: how many, and the strongest hundred of them, strongest first."""

    opened_at: Instant = Field(description="Event time of the first.")
    closed_at: Instant
    count: PositiveInt
    events: Annotated[tuple[DigestedEvent, ...], Field(max_length=100)]


class Alert(Schema):
    """The event whole, and why it was sent; of a digest, the strongest of its events."""

    alert_id: str = Field(description="UUIDv5 of subscription and event id, and of a digest's first event and time.")
    subscription: str
    reason: str
    event: SentimentEvent | RiskEvent
    digest: Digest | None = Field(default=None, description="Null where the alert is for its event alone.")
    published_at: Instant
    processed_at: Instant
