"""What a document states to happen to an entity's own quantity: its fortunes, price, value, rate or level."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stream_app.events.schema import Schema
from stream_app.events.span import Fraction, Span

Side = Literal["supply", "demand", "purchases", "results"]
"""What of a company moves: what it makes and delivers, what others choose it for, what it buys of others, or what it
earns, sells and charges, which tells of its rivals' business too."""


class OtherMove(Schema):
    """A company that the same document states to move, whatever else the shock would make one think of it."""

    entity_id: str
    move: Annotated[float, Field(ge=-1, le=1)]


class StatedShock(Schema):
    """The move that the text states; which way the quantity moves, apart from whether that is good or bad."""

    move: Annotated[float, Field(ge=-1, le=1)] = Field(
        description="Where the entity's quantity goes: sign is the way, size how plainly the words say it; 0: unsaid."
    )
    modality: Literal["stated", "hypothetical", "denied", "ended"] = Field(
        description="Said as a fact, as a possibility, as not so, or as over (a recovery)."
    )
    tense: Literal["past", "present", "future"]
    role: Literal["cause", "effect", "mentioned"] = Field(description="Where the entity stands in what is stated.")
    certainty: Fraction = Field(description="1 for a plain fact; less for a possibility; 0 where it is denied.")
    words: Span | None = Field(
        default=None,
        description="The words that tell the move; null where the model alone tells it, from the whole text.",
    )
    side: Side | None = Field(
        default=None,
        description="What of a company moves: what it makes and delivers (supply), what others choose it for (demand), "
        "what it buys of others (purchases), or what it earns, sells and charges (results); null where the words "
        "do not say.",
    )
    cause: Span | None = None
    effect: Span | None = None
    beside: tuple[OtherMove, ...] = Field(
        default=(),
        description="Of a price, rate or level: companies, and products such as mines, that the document states to "
        "move, as a fact or as surely as it states this. Nobody infers the contrary of them or of who owns them: a "
        "miner whose mine is halted does not gain by the dearer metal.",
    )
