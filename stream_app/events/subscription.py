"""What travels on `subscriptions`: which events somebody wants to hear of. A tombstone ends it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, model_validator

from stream_app.events.schema import Schema
from stream_app.events.span import Fraction

Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Match(Schema):
    """All given conditions hold; an empty match is refused."""

    entities: Names | None = None
    tickers: Names | None = None
    industries: Names | None = None
    countries: Names | None = None
    topics: Names | None = None
    kinds: Annotated[tuple[Literal["sentiment", "risk"], ...], Field(min_length=1)] | None = None
    direction: Literal["adverse", "favourable"] | None = None
    min_abs_polarity: Fraction | None = None
    min_probability: Fraction | None = None
    min_severity: Fraction | None = None
    min_novelty: Fraction | None = None
    sources: Names | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if all(value is None for value in self.__dict__.values()):
            raise ValueError("match has no condition: it would match every event; give at least one")
        return self


class Throttle(Schema):
    """At most one alert in so many seconds of event time."""

    per: Literal["entity", "subscription"]
    seconds: NonNegativeInt


class Subscription(Schema):
    """A named wish; `digest` is in seconds, 0 sends each alert at once."""

    name: str = Field(pattern=r"^[a-z0-9-]+$", max_length=200)
    match: Match
    throttle: Throttle | None = None
    digest: NonNegativeInt = 0
