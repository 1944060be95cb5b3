"""What subscriptions would have sent: their alerts over events that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from stream_app.alerts.affiliation import Affiliate, nowhere
from stream_app.alerts.book import AlertBook
from stream_app.alerts.facts import Event
from stream_app.alerts.matcher import Matcher
from stream_app.alerts.matching import notices_of
from stream_app.alerts.notices import Calm, Matched, Reached
from stream_app.alerts.order import published_at
from stream_app.events.alert import Alert
from stream_app.events.subscription import Subscription

THE_END = datetime.max.replace(tzinfo=UTC)


def trial(subscription: Subscription, events: Iterable[Event], affiliate: Affiliate = nowhere) -> Iterator[Alert]:
    """Yield the alerts for these events, in the order in which they are given; a digest still open at the end closes.

    `affiliate` tells industries and countries (`affiliations` of a graph). An alert's `processed_at` is its event's.
    """
    return decided(noticed((subscription,), events, affiliate), end=THE_END)


def noticed(
    subscriptions: Iterable[Subscription], events: Iterable[Event], affiliate: Affiliate = nowhere
) -> Iterator[Matched | Calm]:
    """Yield what the events mean to the subscriptions."""
    matcher = Matcher()
    for subscription in subscriptions:
        matcher.put(subscription)
    for event in events:
        yield from notices_of(event, matcher, affiliate)


def decided(notices: Iterable[Matched | Calm], *, end: datetime) -> Iterator[Alert]:
    """Yield the alerts of notices in their order; digests that event time reaches by `end` close."""
    book, offset, processed_at = AlertBook(), 0, end
    for offset, notice in enumerate(notices):
        if isinstance(notice, Matched):
            processed_at = notice.event.processed_at
        yield from book.apply(notice, offset, processed_at=processed_at).alerts
    yield from book.apply(Reached(event_time=end), offset + 1, processed_at=processed_at).alerts


def settled(notices: Iterable[Matched | Calm], ticks: Iterable[datetime]) -> Iterator[Alert]:
    """Yield the alerts of notices in the order of `order_of`, decided stretch by stretch as at the ticks of a replay.

    `ticks` are the instants up to which it was decided. An alert's `processed_at` is that of the last event before it.
    """
    book, left = AlertBook(), iter(notices)
    notice, processed_at = next(left, None), THE_END
    for number, upto in enumerate(ticks):
        book.begin_settling(upto)
        while notice is not None and published_at(notice) < upto:
            if isinstance(notice, Matched):
                processed_at = notice.event.processed_at
            yield from book.apply(notice, number, processed_at=processed_at).alerts
            notice = next(left, None)
        yield from book.end_settling(upto, number, processed_at=processed_at).alerts
