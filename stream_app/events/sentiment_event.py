"""What goes out on `sentiment.events`: one event for each document and entity."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from stream_app.events.document import Author
from stream_app.events.entity import EntityRef
from stream_app.events.media_read import MediaRead
from stream_app.events.schema import Instant, Schema
from stream_app.events.span import Fraction, Span
from stream_app.events.stated_shock import StatedShock

Label = Literal["negative", "neutral", "positive"]


class Evidence(Span):
    """Words that moved the score: `weight` is signed, positive towards the positive label."""

    weight: float


class Probabilities(Schema):
    """Calibrated, sum 1."""

    negative: Fraction
    neutral: Fraction
    positive: Fraction


class Sentiment(Schema):
    """The most probable label and the probabilities behind it."""

    label: Label
    probabilities: Probabilities


class Topic(Schema):
    """The most probable topic of the document."""

    label: str
    probability: Fraction


class RiskType(Schema):
    """What threatens a company by the document, and the probability of that."""

    type: str
    probability: Fraction


class StoryCounts(Schema):
    """Documents of the same story and entity in these windows of event time before this one."""

    h12: NonNegativeInt = 0
    h24: NonNegativeInt = 0
    d3: NonNegativeInt = 0
    d5: NonNegativeInt = 0
    d7: NonNegativeInt = 0


class SentimentEvent(Schema):
    """What one document says of one entity; `entity` is null where it names none that is known."""

    event_id: str = Field(description="UUIDv5 of document id, entity id and model version.")
    document_id: str
    story_id: str = Field(description="Near-duplicates share it.")
    model_version: str
    kg_version: str

    published_at: Instant
    received_at: Instant = Field(description="The broker's time stamp of the document.")
    processed_at: Instant

    source: str | None = None
    source_kind: Literal["news", "social"]
    author: Author | None = Field(default=None, description="Who posted it, where the document says.")

    entity: EntityRef | None
    mentions: tuple[Span, ...] = ()
    link_confidence: Fraction | None = None

    polarity: Annotated[float, Field(ge=-1, le=1)] | None = Field(
        default=None, description="P(positive) less P(negative)."
    )
    probabilities: Probabilities | None = None
    relevance: Fraction | None = None
    first_mention: NonNegativeInt | None = Field(default=None, description="Number of the sentence, from 0.")
    entity_count: NonNegativeInt
    novelty: Fraction
    story_counts: StoryCounts = StoryCounts()
    topic: Topic | None = None
    risk_type: RiskType | None = Field(
        default=None,
        description="What threatens a company by the document; null where nothing does, or the model does not tell.",
    )
    document_sentiment: Sentiment | None = None
    evidence: tuple[Evidence, ...] = ()
    shock: StatedShock | None = Field(default=None, description="What the text states to happen to the entity.")
    media: tuple[MediaRead, ...] = Field(
        default=(), description="What became of each of the document's media; their texts are the field `media`."
    )
    unscored: str | None = Field(default=None, description="Why the scores are null; null where they are not.")
