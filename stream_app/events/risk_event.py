"""What goes out on `risk.events`: an entity exposed to what a document said of another."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeFloat

from stream_app.events.entity import EntityRef
from stream_app.events.schema import Instant, Schema
from stream_app.events.span import Fraction, Span


class Trigger(Schema):
    """The sentiment event that started it."""

    event_id: str
    document_id: str
    entity_id: str
    polarity: float = Field(ge=-1, le=1)


class Step(Schema):
    """One relation that the effect travels along."""

    from_: str = Field(alias="from")
    relation: str
    to: str
    sign: Literal[-1, 1]
    weight: Fraction


class Path(Schema):
    """One way from the trigger to the exposed entity."""

    steps: tuple[Step, ...]
    contribution: float


class Counterfactual(Schema):
    """The same world without the trigger."""

    probability_without_trigger: Fraction


class RiskEvent(Schema):
    """One exposed entity over the threshold; `severity` is in 0..1, times are in hours."""

    event_id: str
    trigger: Trigger
    exposed: EntityRef
    direction: Literal["adverse", "favourable"]
    probability: Fraction
    severity: Fraction
    horizon: NonNegativeFloat
    half_life: NonNegativeFloat
    cause: Span | None = None
    effect: Span | None = None
    paths: tuple[Path, ...]
    counterfactual: Counterfactual
    explanation: str
    published_at: Instant
    received_at: Instant
    processed_at: Instant
    model_version: str
    kg_version: str
