"""What goes between the two steps of risk: effects by exposed entity, and those of an entity that are still alive.

Both are internal: they may change with the version, and are there to be looked at.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat

from stream_app.events.entity import EntityRef
from stream_app.events.risk_event import Step, Trigger
from stream_app.events.schema import Instant, Schema
from stream_app.events.span import Fraction, Span

Direction = Literal["adverse", "favourable"]
_HalfLife = Annotated[float, Field(gt=0)]


class EffectPath(Schema):
    """One way from the trigger to the exposed entity, and the share of the effect that travels along it."""

    steps: tuple[Step, ...]
    share: Fraction


class RiskEffect(Schema):
    """What one sentiment event does to one exposed entity, before it is put together with earlier effects."""

    event_id: str = Field(description="UUIDv5 of the trigger, the exposed entity and the direction.")
    trigger: Trigger
    story_id: str
    ends: bool = Field(description="Whether the document says that something is over.")
    exposed: EntityRef
    direction: Direction
    size: NonNegativeFloat = Field(description="What all paths of the direction carry; drives the probability.")
    net: Fraction = Field(description="The expected move in the direction, of a full shock.")
    delay: NonNegativeFloat = Field(description="Hours until it begins.")
    half_life: _HalfLife = Field(description="Hours after which half of it is gone.")
    cause: Span | None = None
    effect: Span | None = None
    paths: tuple[EffectPath, ...]
    explanation: str
    published_at: Instant
    received_at: Instant
    processed_at: Instant
    model_version: str
    kg_version: str
    parameters_version: str


class AliveEffect(Schema):
    """One effect as it is remembered, with what it came to among those that were alive when it came."""

    event_id: str
    story_id: str
    trigger_entity: str
    ends: bool
    direction: Direction
    size: NonNegativeFloat
    net: Fraction
    delay: NonNegativeFloat = Field(description="Hours from its document until it begins.")
    half_life: _HalfLife
    at: Instant = Field(description="When its document was published.")
    size_without: NonNegativeFloat = Field(description="Of the effects before it in its direction.")
    size_with: NonNegativeFloat = Field(description="The same with this one.")
    net_with: float = Field(description="Expected move in its direction, of all together.")


class AliveEffects(Schema):
    """All effects on one entity that are still alive, in event time."""

    effects: tuple[AliveEffect, ...] = ()
    offset: int = Field(
        default=-1,
        description="Of the last record of `risk.effects` in it, where effects are judged at ticks; else -1.",
    )
