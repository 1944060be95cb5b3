"""What goes out on `sentiment.rollups`: one entity over one window of event time."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from stream_app.events.entity import EntityRef
from stream_app.events.schema import Instant, Schema

WindowName = Literal["1m", "1h", "1d"]
Polarity = Annotated[float, Field(ge=-1, le=1)]


class TopicCount(Schema):
    """How many documents of the window are about a topic."""

    label: str
    documents: PositiveInt


class Rollup(Schema):
    """Figures over `[start, end)`; of several with one `rollup_id` the highest `revision` holds.

    Figures are null where nothing stands behind them: no scored document, no window before, no history.
    """

    rollup_id: str = Field(description="UUIDv5 of entity id, window and start: the same for every revision.")
    revision: NonNegativeInt = Field(
        description="Documents that stand behind the figures, the windows before included; grows with corrections."
    )
    closed: bool = Field(description="Whether event time has passed the end; late documents may still correct it.")
    entity: EntityRef
    window: WindowName
    start: Instant
    end: Instant
    documents: NonNegativeInt
    scored: NonNegativeInt = Field(description="Documents with a polarity.")
    mean_polarity: Polarity | None
    novelty_weighted_polarity: Polarity | None
    credible_polarity: Polarity | None = Field(description="Weighted by novelty times the source's credibility.")
    dispersion: NonNegativeFloat | None = Field(description="Standard deviation of the polarity.")
    momentum: Annotated[float, Field(ge=-2, le=2)] | None = Field(
        default=None, description="Credible polarity less that of the eight windows before, the nearest counting most."
    )
    expected_documents: NonNegativeFloat | None = Field(
        default=None, description="Documents that a window of this length usually has, from the entity's own 30 days."
    )
    buzz: NonNegativeFloat | None = Field(default=None, description="Documents against the entity's own baseline.")
    topics: tuple[TopicCount, ...] = Field(default=(), description="The most frequent topics, at most three.")
