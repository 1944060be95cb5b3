"""What a subscription would have sent: its alerts over events that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from stream_app.alerts.affiliation import Affiliate, nowhere
from stream_app.alerts.book import AlertBook
from stream_app.alerts.facts import Event
from stream_app.alerts.matcher import Matcher
from stream_app.alerts.matching import notices_of
from stream_app.alerts.notices import Reached
from stream_app.events.alert import Alert
from stream_app.events.subscription import Subscription

_THE_END = datetime.max.replace(tzinfo=UTC)


def trial(subscription: Subscription, events: Iterable[Event], affiliate: Affiliate = nowhere) -> Iterator[Alert]:
    """Yield the alerts for these events, in the order in which they are given; a digest still open at the end closes.

    `affiliate` tells industries and countries (`affiliations` of a graph). An alert's `processed_at` is its event's.
    """
    matcher, book = Matcher(), AlertBook()
    matcher.put(subscription)
    offset, processed_at = 0, _THE_END
    for event in events:
        processed_at = event.processed_at
        for notice in notices_of(event, matcher, affiliate):
            yield from book.apply(notice, offset, processed_at=processed_at).alerts
            offset += 1
    yield from book.apply(Reached(event_time=_THE_END), offset, processed_at=processed_at).alerts
