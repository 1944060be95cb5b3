"""One alert for many events: opened by the first, closed once event time has come to its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from stream_app.alerts.facts import Event, direction_of, moment_of
from stream_app.alerts.notices import Matched
from stream_app.alerts.state import OpenDigest, Sent
from stream_app.events.alert import Alert, Digest, DigestedEvent
from stream_app.events.ids import alert_id
from stream_app.events.risk_event import RiskEvent

MOST_EVENTS = 100
"""Events that a digest names, the strongest; the others it counts."""


def opened(matched: Matched, sent: Sent) -> OpenDigest:
    """Return a new digest; a throttle of the subscription lets it gather for longer, so that nothing is dropped."""
    terms, moment = matched.terms, moment_of(matched.event)
    closes_at = moment + timedelta(seconds=terms.digest)
    if terms.throttle and terms.throttle.per == "subscription" and sent.sent:
        closes_at = max(closes_at, sent.sent[-1] + timedelta(seconds=terms.throttle.seconds))
    return OpenDigest(
        subscription=terms.name,
        opened_at=moment,
        closes_at=closes_at,
        count=1,
        earliest=matched.event.published_at,
        latest=matched.event.published_at,
        events=(_short(matched.event),),
        strongest=matched.event,
        reason=matched.reason,
    )


def added(digest: OpenDigest, matched: Matched) -> OpenDigest:
    """Return the digest with one more event."""
    new = _short(matched.event)
    change = {
        "count": digest.count + 1,
        "events": _kept((*digest.events, new)),
        "earliest": min(new.published_at, digest.earliest or digest.opened_at),
        "latest": max(new.published_at, digest.latest or digest.opened_at),
    }
    if _rank(new) < _rank(_short(digest.strongest)):
        change |= {"strongest": matched.event, "reason": matched.reason}
    return digest.model_copy(update=change)


def closed(digest: OpenDigest, processed_at: datetime) -> Alert:
    """Return the alert of a digest."""
    return Alert(
        alert_id=alert_id(digest.subscription, digest.events[0].event_id, digest.opened_at),
        subscription=digest.subscription,
        reason=_reason(digest),
        event=digest.strongest,
        digest=Digest(
            opened_at=digest.opened_at,
            closed_at=digest.closes_at,
            count=digest.count,
            events=tuple(sorted(digest.events, key=_rank)),
        ),
        published_at=digest.strongest.published_at,
        processed_at=processed_at,
    )


def _kept(events: tuple[DigestedEvent, ...]) -> tuple[DigestedEvent, ...]:
    """Return the events without the weakest where they are too many; the first names the alert and always stays."""
    if len(events) <= MOST_EVENTS:
        return events
    weakest = max(events[1:], key=_rank)
    return tuple(one for one in events if one is not weakest)


def _rank(event: DigestedEvent) -> tuple[float, str]:
    return -abs(event.size or 0), event.event_id


def _reason(digest: OpenDigest) -> str:
    if digest.count == 1:
        return digest.reason
    first, last = digest.earliest or digest.opened_at, digest.latest or digest.closes_at
    between = f"published from {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"
    return f"{digest.count} events {between}. The strongest: {digest.reason}"


def _short(event: Event) -> DigestedEvent:
    risk = isinstance(event, RiskEvent)
    return DigestedEvent(
        event_id=event.event_id,
        kind="risk" if risk else "sentiment",
        entity=event.exposed if isinstance(event, RiskEvent) else event.entity,
        direction=direction_of(event),
        size=event.probability if isinstance(event, RiskEvent) else event.polarity,
        published_at=event.published_at,
    )
