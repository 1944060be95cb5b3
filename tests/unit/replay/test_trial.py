"""A subscription on trial: its alerts follow the order of event time, in whatever order events lie in their files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from stream_app.alerts.affiliation import nowhere
from stream_app.alerts.facts import Event
from stream_app.errors import DataError
from stream_app.events.risk_event import RiskEvent
from stream_app.events.topics import RISK, SENTIMENT
from stream_app.replay.folder import RunFolder
from stream_app.replay.output import keep
from stream_app.replay.trial import tried
from tests.factories import START
from tests.unit.alerts.examples import risk, sentiment, subscription
from tests.unit.replay.runs import begun, finished

EVENTS = [sentiment("z-first", at=0), risk("r", at=60), sentiment("a-last", at=600), sentiment("m", at=300)]
APART = subscription(match={"min_abs_polarity": 0.1}, throttle={"per": "subscription", "seconds": 400})


def run_of(state_dir: Path, events: Sequence[Event]) -> RunFolder:
    told = [one for one in events if not isinstance(one, RiskEvent)]
    risks = [one for one in events if isinstance(one, RiskEvent)]
    last = max(one.published_at for one in events)
    folder = finished(state_dir, "run", [one.model_dump(mode="json") for one in told], last=last)
    keep((one.model_dump_json().encode() for one in risks), folder.path, topic=RISK.name)
    return folder


def test_events_are_tried_in_the_order_of_event_time(tmp_path: Path) -> None:
    alerts = list(tried(run_of(tmp_path, EVENTS), [APART], nowhere))
    assert [alert.event.event_id for alert in alerts] == ["z-first", "a-last"]


def test_risks_and_sentiment_are_tried_together(tmp_path: Path) -> None:
    wish = subscription(match={"min_abs_polarity": 0.1}, digest=200)
    first, *_ = tried(run_of(tmp_path, EVENTS), [wish], nowhere)
    assert first.digest is not None
    assert [(one.event_id, one.kind) for one in first.digest.events] == [("z-first", "sentiment"), ("r", "risk")]


@pytest.mark.parametrize(("digest", "sent"), [(3600, 1), (2 * 3600, 0)])
def test_a_digest_that_the_runs_last_tick_does_not_reach_is_not_sent(tmp_path: Path, digest: int, sent: int) -> None:
    events = [sentiment("e", at=0), sentiment("f", at=600)]
    wish = subscription(match={"min_abs_polarity": 0.1}, digest=digest)
    assert START.replace(minute=0, second=0) == START
    alerts = list(tried(run_of(tmp_path, events), [wish], nowhere))
    assert [alert.digest.closed_at for alert in alerts if alert.digest] == [START + timedelta(seconds=digest)] * sent


def test_ticks_of_the_run_decide_until_when_a_digest_gathers(tmp_path: Path) -> None:
    events = [sentiment("e", at=0), sentiment("f", at=4000, received_at=START)]
    wish = subscription(match={"min_abs_polarity": 0.1}, digest=1800)
    folder = run_of(tmp_path, events)
    one = [alert.digest.count for alert in tried(folder, [wish], nowhere) if alert.digest]
    folder.note_ticks([START + timedelta(hours=hour) for hour in (1, 2, 3)])
    each = [alert.digest.count for alert in tried(folder, [wish], nowhere) if alert.digest]
    assert (one, each) == ([2], [1, 1])


def test_what_an_event_said_before_is_tried_too_and_once(tmp_path: Path) -> None:
    folder = run_of(tmp_path, EVENTS)
    said = [sentiment("e", at=60, polarity=polarity) for polarity in (-0.9, -0.2, -0.9)]
    keep((one.model_dump_json().encode() for one in said), folder.path, topic=SENTIMENT.name)
    wish = subscription(match={"min_abs_polarity": 0.5, "kinds": ["sentiment"]})
    assert [alert.event.event_id for alert in tried(folder, [wish], nowhere)] == ["e"]
    small = subscription(match={"min_abs_polarity": 0.1, "kinds": ["sentiment"]})
    assert sorted(alert.event.polarity or 0 for alert in tried(folder, [small], nowhere)) == [-0.9, -0.2]


def test_a_run_that_is_not_done_cannot_be_tried_on(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="replay resume run"):
        list(tried(begun(tmp_path, "run"), [APART], nowhere))
    with pytest.raises(DataError, match="no run other"):
        list(tried(RunFolder(tmp_path, "other"), [APART], nowhere))


def test_a_run_without_events_gives_no_alert(tmp_path: Path) -> None:
    assert not list(tried(finished(tmp_path, "run", []), [APART], nowhere))
