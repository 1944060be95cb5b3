"""What goes out on `sentiment.rollups`: one entity over one window of event time."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt

from stream_app.events.entity import EntityRef
from stream_app.events.schema import Instant, Schema


class Rollup(Schema):
    """Counts and means over `[start, end)`; a later one with the same key replaces it."""

    entity: EntityRef
    window: Literal["1m", "1h", "1d"]
    start: Instant
    end: Instant
    documents: NonNegativeInt
    mean_polarity: float = Field(ge=-1, le=1)
    novelty_weighted_polarity: float = Field(ge=-1, le=1)
    dispersion: NonNegativeFloat
    buzz: NonNegativeFloat | None = Field(default=None, description="Documents against the entity's own baseline.")
