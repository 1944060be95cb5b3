"""What `stream-app score` says of one text: the events' entity and score fields, without a stream around them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from stream_app.events.entity import EntityRef
from stream_app.events.media_read import MediaRead
from stream_app.events.risk_event import RiskEvent
from stream_app.events.schema import Schema
from stream_app.events.sentiment_event import (
    Evidence,
    Probabilities,
    RiskType,
    Sentiment,
    StoryCounts,
    Topic,
)
from stream_app.events.span import Fraction, Span
from stream_app.events.stated_shock import StatedShock


class CausalRelation(Schema):
    """Characters `[start, end)` of a cause and of its effect, both in the same text."""

    cause: tuple[NonNegativeInt, NonNegativeInt]
    effect: tuple[NonNegativeInt, NonNegativeInt]
    field: Literal["title", "body", "media"] = "body"


class Causal(Schema):
    """Whether the text states a cause and its effect, and which; the probability is null where no head judges it."""

    probability: Fraction | None = None
    relations: tuple[CausalRelation, ...] = ()


class EntityVerdict(Schema):
    """What the text says of one entity; `entity` is null for a given mention that names nothing known."""

    entity: EntityRef | None
    mentions: tuple[Span, ...]
    link_confidence: Fraction | None
    polarity: Annotated[float, Field(ge=-1, le=1)] | None = None
    probabilities: Probabilities | None = None
    relevance: Fraction | None = None
    first_mention: NonNegativeInt | None
    entity_count: NonNegativeInt
    novelty: Fraction = 1.0
    story_counts: StoryCounts = StoryCounts()
    topic: Topic | None
    risk_type: RiskType | None = None
    document_sentiment: Sentiment | None
    evidence: tuple[Evidence, ...] = ()
    shock: StatedShock | None = None
    unscored: str | None = None


class Verdict(Schema):
    """One text; `unscored` says why it has no scores, where it has none."""

    document_sentiment: Sentiment | None
    topic: Topic | None
    risk_type: RiskType | None = None
    causal: Causal = Causal()
    entities: tuple[EntityVerdict, ...]
    risks: tuple[RiskEvent, ...] = ()
    media: tuple[MediaRead, ...] = ()
    unscored: str | None = None
