"""What travels on the internal topic from matching to alerting, keyed by the subscription's name.

All that an alert needs is in it, so that what comes of a stretch of the topic follows from the stretch alone.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter

from stream_app.events.alert import Direction, Kind
from stream_app.events.risk_event import RiskEvent
from stream_app.events.schema import Instant, Schema
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import Hysteresis, Subscription, Throttle

_EVER = 2**63 - 1


class Terms(Schema):
    """How a subscription wants its alerts, as it stood when the event matched."""

    name: str
    throttle: Throttle | None
    hysteresis: Hysteresis | None
    digest: int
    since: int = Field(default=-1, description="Offset of the record by which it was made or changed last.")

    @classmethod
    def of(cls, subscription: Subscription, *, since: int = -1) -> Self:
        """Return the terms of a subscription that a record of that offset holds."""
        throttle = subscription.throttle if subscription.throttle and subscription.throttle.seconds else None
        return cls(
            name=subscription.name,
            throttle=throttle,
            hysteresis=subscription.hysteresis,
            digest=subscription.digest,
            since=since,
        )


class Origin(Schema):
    """The record that held the event: `source` is `topic/partition`, `stamp` the broker's time stamp."""

    source: str
    offset: int
    stamp: Instant


class Matched(Schema):
    """An event meets all conditions of a subscription; `judged_at` is the tick at which a risk was judged, if any."""

    what: Literal["matched"] = "matched"
    judged_at: Instant | None = None
    origin: Origin | None = None
    terms: Terms
    event: SentimentEvent | RiskEvent
    reason: str


class Calm(Schema):
    """An entity is clearly below a subscription's thresholds, as an event says that was published then."""

    what: Literal["calm"] = "calm"
    judged_at: Instant | None = None
    subscription: str
    entity: str
    kind: Kind
    directions: tuple[Direction, ...]
    moment: Instant
    published_at: Instant


class Reached(Schema):
    """Event time has reached this instant."""

    what: Literal["reached"] = "reached"
    event_time: Instant


class Ended(Schema):
    """A subscription has ended: nothing more is to be sent, and what is remembered of it can go.

    `at` is the offset of the record that ended it: one of the same name that was made after it goes on.
    """

    what: Literal["ended"] = "ended"
    subscription: str
    at: int = _EVER


Notice = Matched | Calm | Reached | Ended
_ADAPTER: TypeAdapter[Notice] = TypeAdapter(Annotated[Notice, Field(discriminator="what")])


def notice_from(value: bytes) -> Notice:
    """Read a notice; pydantic's ValidationError where it is none."""
    return _ADAPTER.validate_json(value)
