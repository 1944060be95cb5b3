"""What one notice does to what is remembered: state in, state and alerts out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from stream_app.alerts.digest import added, closed, opened
from stream_app.alerts.facts import direction_of, moment_of
from stream_app.alerts.hysteresis import is_told, side_of, with_calm, with_event
from stream_app.alerts.notices import Calm, Matched, Terms
from stream_app.alerts.state import Cell, Desk
from stream_app.alerts.throttle import is_free, with_sent
from stream_app.events.alert import Alert
from stream_app.events.ids import alert_id
from stream_app.events.risk_event import RiskEvent

Held = Literal["repeated", "hovering", "throttled", "digested"]
"""Why a match gives no alert of its own."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes of a match: alerts that go out now, and why its own is not among them."""

    alerts: tuple[Alert, ...] = ()
    held: Held | None = None


def alert_of(matched: Matched, processed_at: datetime) -> Alert:
    """Return the alert for an event alone."""
    event, name = matched.event, matched.terms.name
    return Alert(
        alert_id=alert_id(name, event.event_id),
        subscription=name,
        reason=matched.reason,
        event=event,
        published_at=event.published_at,
        processed_at=processed_at,
    )


def admit(cell: Cell, matched: Matched, offset: int) -> tuple[Cell, Held | None]:
    """Decide for an event of one entity; None lets it pass on to the subscription's desk."""
    if is_repeat(cell, matched):
        return cell, "repeated"
    moment, terms = moment_of(matched.event), matched.terms
    remembered = {
        "offset": offset,
        "since": max(cell.since, terms.since),
        "seen": cell.having_seen(matched.event.event_id),
        "origins": cell.having_passed(matched.origin),
        "keep_until": max(cell.keep_until, keep_until(terms, moment)),
    }
    side = _side(matched)
    hovers = terms.hysteresis is not None and is_told(cell.episodes, side, moment, quiet=terms.hysteresis.quiet)
    by_entity = terms.throttle if terms.throttle and terms.throttle.per == "entity" else None
    held: Held | None = None
    if hovers:
        held = "hovering"
    elif by_entity and not is_free(cell, moment, by_entity.seconds):
        held = "throttled"
    if terms.hysteresis and held != "throttled":  # what nobody was told of is told when the throttle lets it
        remembered["episodes"] = with_event(cell.episodes, side, moment, told=hovers)
    if by_entity and held is None:
        remembered |= with_sent(cell, moment)
    return cell.model_copy(update=remembered), held


def is_repeat(cell: Cell, matched: Matched) -> bool:
    """Return whether the cell contains the event, whatever was decided of it."""
    return cell.has_passed(matched.origin) or cell.has_seen(matched.event.event_id)


def relieve(cell: Cell, calm: Calm, offset: int) -> Cell:
    """Return the cell after its entity was clearly below the thresholds."""
    episodes = with_calm(cell.episodes, (side_of(calm.kind, one) for one in calm.directions), calm.moment)
    changed = {"episodes": episodes, "offset": offset}
    return cell if episodes is cell.episodes else cell.model_copy(update=changed)


def seat(desk: Desk, matched: Matched, offset: int, *, processed_at: datetime) -> tuple[Desk, Verdict]:
    """Decide for the subscription as a whole: its digest, its throttle."""
    terms, moment = matched.terms, moment_of(matched.event)
    desk, due = close_due(desk, moment, offset, processed_at=processed_at)
    update: dict[str, Any] = {"offset": offset, "since": max(desk.since, terms.since)}
    if terms.digest:
        digest = added(desk.digest, matched) if desk.digest else opened(matched, desk)
        until = max(desk.keep_until, keep_until(terms, max(moment, digest.closes_at)))
        return desk.model_copy(update=update | {"keep_until": until, "digest": digest}), Verdict(due, "digested")
    update["keep_until"] = max(desk.keep_until, keep_until(terms, moment))
    if terms.throttle and not is_free(desk, moment, terms.throttle.seconds):
        return desk.model_copy(update=update), Verdict(due, "throttled")
    return desk.model_copy(update=update | with_sent(desk, moment)), Verdict((*due, alert_of(matched, processed_at)))


def close_due(desk: Desk, moment: datetime, offset: int, *, processed_at: datetime) -> tuple[Desk, tuple[Alert, ...]]:
    """Close the digest whose end event time has reached."""
    digest = desk.digest
    if digest is None or moment < digest.closes_at:
        return desk, ()
    update = {"offset": offset, "digest": None} | with_sent(desk, digest.closes_at)
    return desk.model_copy(update=update), (closed(digest, processed_at),)


def needs_cell(terms: Terms) -> bool:
    """Return whether anything has to be remembered of the subscription's entities."""
    return terms.throttle is not None or terms.hysteresis is not None or terms.digest > 0


def needs_desk(terms: Terms) -> bool:
    """Return whether anything has to be remembered of the subscription as a whole."""
    return terms.digest > 0 or (terms.throttle is not None and terms.throttle.per == "subscription")


def keep_until(terms: Terms, moment: datetime) -> datetime:
    """Return the event time until which what happened at that moment may matter: a day for late documents at least."""
    throttle = terms.throttle.seconds if terms.throttle else 0
    quiet = terms.hysteresis.quiet if terms.hysteresis else 0
    return moment + _DAY + timedelta(seconds=max(throttle, quiet, terms.digest))


def _side(matched: Matched) -> str:
    kind: Literal["risk", "sentiment"] = "risk" if isinstance(matched.event, RiskEvent) else "sentiment"
    return side_of(kind, direction_of(matched.event))
