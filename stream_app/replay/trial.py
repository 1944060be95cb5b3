"""A subscription on trial: what it would have sent on the events that a run has left in its folder.

Notices are sorted on disk by the order in which a replay decides them, and decided by the functions that decide them
there, up to the run's last tick: so the answer is what the run would have sent with the subscription.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from stream_app.alerts.affiliation import Affiliate
from stream_app.alerts.facts import Event
from stream_app.alerts.notices import Calm, Matched, notice_from
from stream_app.alerts.order import order_of
from stream_app.alerts.trial import decided, noticed
from stream_app.errors import DataError
from stream_app.events.alert import Alert
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import Subscription
from stream_app.events.topics import RISK, SENTIMENT
from stream_app.replay.folder import RunFolder
from stream_app.replay.laps import end_of
from stream_app.replay.manifest import Manifest
from stream_app.replay.output import read_kept
from stream_app.replay.request import Request
from stream_app.replay.sorting import sorted_lines


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


def tried(folder: RunFolder, subscription: Subscription, affiliate: Affiliate) -> Iterator[Alert]:
    """Yield the alerts, in order; DataError where the run is not done."""
    last = manifest_of(folder).last
    if last is None:  # it fed nothing that tells a time
        return
    end = end_of(last, Request.model_validate(folder.run().request).ticks)
    with TemporaryDirectory(dir=folder.path) as place:
        notices = noticed(subscription, _events(folder.path), affiliate)
        lines = ((order_of(one), one.model_dump_json().encode()) for one in notices)
        yield from decided(_read(sorted_lines(lines, Path(place))), end=end)


def _read(lines: Iterator[tuple[bytes, int, bytes]]) -> Iterator[Matched | Calm]:
    for _, _, line in lines:
        notice = notice_from(line)
        if isinstance(notice, Matched | Calm):
            yield notice


def _events(folder: Path) -> Iterator[Event]:
    yield from map(SentimentEvent.model_validate, read_kept(folder, SENTIMENT.name))
    yield from map(RiskEvent.model_validate, read_kept(folder, RISK.name))
