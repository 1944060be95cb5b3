"""What rules read in a document, and the place where a model's reading of the same joins it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stream_app.events.stated_shock import Side
from stream_app.pipeline.documents import Field

Span = tuple[int, int]
Modality = Literal["stated", "hypothetical", "denied", "ended"]


@dataclass(frozen=True, slots=True)
class CausalReading:
    """A model's judgement of a document: how likely it states a cause and its effect, and which they are.

    The spans are characters `[start, end)` of `field`.
    """

    probability: float
    relations: tuple[tuple[Span, Span], ...] = ()
    field: Field = "title"


@dataclass(frozen=True, slots=True)
class CausalRelation:
    """A cause and its effect as characters `[start, end)` of a field."""

    field: Field
    cause: Span
    effect: Span


@dataclass(frozen=True, slots=True)
class EntityStatement:
    """What is said to happen to one entity: the values of `StatedShock`, with spans still as offsets.

    `sure` where words tell it that have one meaning together, be it that nothing happens, and of indicators whose name
    is what is dreaded.
    """

    move: float = 0.0
    modality: Modality = "stated"
    tense: Literal["past", "present", "future"] = "present"
    role: Literal["cause", "effect", "mentioned"] = "mentioned"
    certainty: float = 1.0
    field: Field = "title"
    words: Span | None = None
    side: Side | None = None
    relation: CausalRelation | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Statements:
    """What a document says of its entities, one for each in their order, None where rules do not read its language."""

    entities: tuple[EntityStatement | None, ...]
    relations: tuple[CausalRelation, ...] = ()
    probability: float | None = None
