"""What travels on `subscriptions`: which events somebody wants to hear of. A tombstone ends it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from stream_app.events.schema import Schema

NAME_PATTERN = r"^[a-z0-9-]+$"
MAX_NAME_CHARACTERS = 200
"""With `alerts.` and a prefix before it, it still fits into the 249 characters of a topic's name."""

MOST_SECONDS = 10 * 366 * 86_400
"""Ten years: longer than anything is remembered, and within what dates can hold."""


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number is wanted, and this is a truth value")  # noqa: TRY004  (pydantic's errors of values)
    return value


_IsNumber = BeforeValidator(_no_truth)
Least = Annotated[float, Field(ge=0, le=1), _IsNumber]
Seconds = Annotated[int, Field(ge=0, le=MOST_SECONDS), _IsNumber]
_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Names = Annotated[tuple[_Word, ...], Field(min_length=1, max_length=10_000)]

SENTIMENT_ONLY = ("topics", "sources", "min_novelty")
RISK_ONLY = ("min_severity",)
THRESHOLDS = ("min_abs_polarity", "min_probability", "min_severity")
"""The conditions that hysteresis is about."""


class Asked(Schema):
    """What people write: a field that does not exist is refused, since without it more would be sent than was meant."""

    model_config = ConfigDict(extra="forbid")


class Match(Asked):
    """All given conditions hold; an empty match is refused, and so is one that no event can meet."""

    entities: Names | None = None
    tickers: Names | None = None
    industries: Names | None = None
    countries: Names | None = None
    topics: Names | None = None
    kinds: Annotated[tuple[Literal["sentiment", "risk"], ...], Field(min_length=1)] | None = None
    direction: Literal["adverse", "favourable"] | None = None
    min_abs_polarity: Least | None = None
    min_probability: Least | None = None
    min_severity: Least | None = None
    min_novelty: Least | None = None
    sources: Names | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if all(value is None for value in self.__dict__.values()):
            raise ValueError("match has no condition: it would match every event; give at least one")
        return self

    @model_validator(mode="after")
    def _possible(self) -> Self:
        of_sentiment, of_risk = self._given(SENTIMENT_ONLY), self._given(RISK_ONLY)
        kinds = set(self.kinds or ("sentiment", "risk"))
        if of_sentiment and (of_risk or "sentiment" not in kinds):
            other = of_risk[0] if of_risk else "kinds"
            raise ValueError(f"no event meets {of_sentiment[0]}, which only sentiment events have, and {other}")
        if of_risk and "risk" not in kinds:
            raise ValueError(f"no event meets {of_risk[0]}, which only risk events have, and kinds")
        return self

    def _given(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in names if getattr(self, name) is not None]


class Throttle(Asked):
    """At most one alert in so many seconds of event time."""

    per: Literal["entity", "subscription"]
    seconds: Seconds


class Hysteresis(Asked):
    """An entity that is over the thresholds alerts once, until it has clearly fallen below them or was quiet."""

    rearm: Annotated[float, Field(gt=0, le=1), _IsNumber] = Field(
        default=0.8, description="Part of a threshold below which the entity is ready to alert again."
    )
    quiet: Annotated[int, _IsNumber] = Field(
        default=86_400,
        gt=0,
        le=MOST_SECONDS,
        description="Seconds of event time without an event over the thresholds, which make it ready too.",
    )


class Subscription(Asked):
    """A named wish; `digest` is in seconds, 0 sends each alert at once."""

    name: str = Field(pattern=NAME_PATTERN, max_length=MAX_NAME_CHARACTERS)
    match: Match
    throttle: Throttle | None = None
    hysteresis: Hysteresis | None = Field(default=None, description="Null: every event over a threshold counts.")
    digest: Seconds = 0

    @model_validator(mode="after")
    def _hysteresis_has_a_threshold(self) -> Self:
        if self.hysteresis and all(getattr(self.match, name) is None for name in THRESHOLDS):
            raise ValueError(f"hysteresis needs a threshold to hover around: give one of {', '.join(THRESHOLDS)}")
        return self
