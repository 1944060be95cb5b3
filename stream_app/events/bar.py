"""What comes in on `market.bars`: prices and volume of one instrument over one interval."""

from __future__ import annotations

from pydantic import NonNegativeFloat

from stream_app.events.schema import Instant, Schema


class Bar(Schema):
    """One bar; `start` is its first instant."""

    ticker: str
    start: Instant
    open: NonNegativeFloat
    high: NonNegativeFloat
    low: NonNegativeFloat
    close: NonNegativeFloat
    volume: NonNegativeFloat
