"""From an event to notices: who subscribed to it, and for whom it is a sign of calm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from stream_app.alerts.affiliation import Affiliate
from stream_app.alerts.facts import Event, facts_of
from stream_app.alerts.matcher import Matcher
from stream_app.alerts.notices import Calm, Matched, Origin, Terms
from stream_app.alerts.reason import reason_of


def notices_of(
    event: Event,
    matcher: Matcher,
    affiliate: Affiliate,
    *,
    origin: Origin | None = None,
    judged_at: datetime | None = None,
) -> Iterator[Matched | Calm]:
    """Yield what the event means to the subscriptions, in the order of their names; calm first.

    With the `origin` of its record, one that comes again after a crash is known as a repeat.
    """
    facts = facts_of(event, affiliate)
    for one in matcher.relieved(facts):
        yield Calm(
            subscription=one.name,
            entity=facts.entity or "",
            kind=facts.kind,
            directions=one.relieved(facts),
            moment=facts.moment,
            published_at=event.published_at,
            judged_at=judged_at,
        )
    for subscription in matcher.matches(facts):
        reason = reason_of(subscription.match, event, affiliate)
        terms = Terms.of(subscription, since=matcher.since(subscription.name))
        yield Matched(terms=terms, event=event, reason=reason, origin=origin, judged_at=judged_at)
