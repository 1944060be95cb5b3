"""Subscriptions on trial: what they would have sent on the events that a run has left in its folder.

Events are sorted on disk by event time, and what they mean is decided at the run's ticks by the functions that decide
it there, in the same order: so the answer is what the run would have sent with the subscriptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from stream_app.alerts.affiliation import Affiliate
from stream_app.alerts.facts import Event
from stream_app.alerts.notices import Calm, Matched
from stream_app.alerts.order import in_order, published_at
from stream_app.alerts.trial import noticed, settled
from stream_app.errors import DataError
from stream_app.events.alert import Alert
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import Subscription
from stream_app.events.topics import RISK, SENTIMENT
from stream_app.replay.event_files import editions
from stream_app.replay.folder import RunFolder
from stream_app.replay.laps import end_of
from stream_app.replay.manifest import Manifest
from stream_app.replay.request import Request
from stream_app.replay.sorting import sorted_lines

Watched = Callable[[Iterator[Event]], Iterator[Event]]
"""Passes events on, and looks at them."""

_SCHEMAS: Mapping[bytes, type[SentimentEvent | RiskEvent]] = {b"r": RiskEvent, b"s": SentimentEvent}
_TOPICS = {b"r": RISK.name, b"s": SENTIMENT.name}


def manifest_of(folder: RunFolder) -> Manifest:
    """Return the manifest; DataError where there is no such run, or it is not done."""
    folder.run()
    manifest = folder.manifest()
    if manifest is None:
        raise DataError(
            f"run {folder.name} is {folder.state}: its events are there when it is done, see "
            f"`stream-app replay resume {folder.name}`"
        )
    return manifest


def tried(folder: RunFolder, subscriptions: Sequence[Subscription], affiliate: Affiliate) -> Iterator[Alert]:
    """Yield the alerts, in order; DataError where the run is not done."""
    last = manifest_of(folder).last
    if last is None:  # it fed nothing that tells a time
        return
    ticks = folder.ticks()[:-1] or [end_of(last, Request.model_validate(folder.run().request).ticks)]
    yield from alerts_on(folder.path, subscriptions, affiliate, ticks=ticks)


def alerts_on(
    folder: Path,
    subscriptions: Iterable[Subscription],
    affiliate: Affiliate,
    *,
    ticks: Iterable[datetime],
    watched: Watched = iter,
) -> Iterator[Alert]:
    """Yield the alerts on the events in a run's folder; `ticks` are all of the run's but the last.

    At each of a run's ticks is decided what lies before the one before it, so the last decides up to the last but one.
    Memory holds what is noticed at one instant.
    """
    with TemporaryDirectory(dir=folder) as place:
        events = watched(_in_order_of_time(folder, Path(place)))
        yield from settled(_placed(noticed(subscriptions, events, affiliate)), ticks)


def _placed(notices: Iterator[Matched | Calm]) -> Iterator[Matched | Calm]:
    for _, of_instant in groupby(notices, key=published_at):
        yield from in_order(list(of_instant))


def _in_order_of_time(folder: Path, place: Path) -> Iterator[Event]:
    lines = ((_rank(line), kind + line) for kind, topic in _TOPICS.items() for line in editions(folder, topic))
    for _, _, line in sorted_lines(lines, place):
        yield _SCHEMAS[line[:1]].model_validate_json(line[1:])


def _rank(line: bytes) -> bytes:
    """Return the event time in a width of its own, so that it sorts as bytes do."""
    moment = datetime.fromisoformat(orjson.loads(line)["published_at"])
    return moment.astimezone(UTC).isoformat(timespec="microseconds").encode()
