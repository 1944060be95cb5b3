"""What is remembered for alerts, as values: a cell for each subscription and entity, a desk for each subscription.

Each holds the offset of the last notice that it contains, so that a notice that is delivered again changes nothing.
"""

from __future__ import annotations

import hashlib

from pydantic import Field

from stream_app.alerts.hysteresis import Episode
from stream_app.alerts.notices import Origin
from stream_app.events.alert import DigestedEvent
from stream_app.events.risk_event import RiskEvent
from stream_app.events.schema import Instant, Schema
from stream_app.events.sentiment_event import SentimentEvent

_REMEMBERED_EVENTS = 128
_DIGEST_BYTES = 6


class Mark(Schema):
    """How far a partition of events has come: the furthest offset, the latest time stamp."""

    offset: int
    stamp: Instant


class Sent(Schema):
    """When alerts were sent, sorted: all of them after `sent_since`, if that is given."""

    sent: tuple[Instant, ...] = ()
    sent_since: Instant | None = None


class Kept(Sent):
    """What cells and desks have in common: `since` is that of the terms which were applied last."""

    offset: int = -1
    since: int = -1
    keep_until: Instant


class Cell(Kept):
    """One subscription and entity: events that came, alerts that were sent, times over a threshold by side.

    All events of an entity stand in one partition, so `origins` has a mark or two.
    """

    seen: tuple[str, ...] = ()
    origins: dict[str, Mark] = Field(default_factory=dict)
    episodes: dict[str, Episode] = Field(default_factory=dict)

    def has_seen(self, event_id: str) -> bool:
        """Return whether the event came before, unless over a hundred others came since."""
        return _short(event_id) in self.seen

    def has_passed(self, origin: Origin | None) -> bool:
        """Return whether the event's record came before; the time stamp tells a topic that was made anew."""
        mark = self.origins.get(origin.source) if origin else None
        return mark is not None and origin is not None and origin.offset <= mark.offset and origin.stamp <= mark.stamp

    def having_passed(self, origin: Origin | None) -> dict[str, Mark]:
        """Return the marks with that of one more record."""
        if origin is None:
            return self.origins
        before = self.origins.get(origin.source)
        stamp = max(before.stamp, origin.stamp) if before else origin.stamp
        return {**self.origins, origin.source: Mark(offset=origin.offset, stamp=stamp)}

    def having_seen(self, event_id: str) -> tuple[str, ...]:
        """Return the memory with one more event."""
        return (*self.seen, _short(event_id))[-_REMEMBERED_EVENTS:]


class OpenDigest(Schema):
    """A digest that still gathers; `strongest` goes out whole, with its reason."""

    subscription: str
    opened_at: Instant
    closes_at: Instant
    count: int
    earliest: Instant | None = None
    latest: Instant | None = None
    events: tuple[DigestedEvent, ...]
    strongest: SentimentEvent | RiskEvent
    reason: str


class Desk(Kept):
    """One subscription as a whole: alerts that were sent, and the digest that is open."""

    digest: OpenDigest | None = None


State = Cell | Desk


def _short(event_id: str) -> str:
    return hashlib.blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
