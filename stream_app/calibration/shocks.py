"""The shocks of a history of sentiment events: one for each trading day, story and entity."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from stream_app.calibration.history import History
from stream_app.causal.parameters import CausalParameters
from stream_app.causal.shock import shock_of, told_as
from stream_app.errors import DataError
from stream_app.events.sentiment_event import SentimentEvent, Topic
from stream_app.events.stated_shock import Side

_HALVES = 2
"""Topics count as unsure, half sure or sure: few different reaches have to be computed for a history."""


@dataclass(frozen=True, slots=True)
class DatedShock:
    """`value` in -1..1 moves `entity_id`; `day` is the first trading day at whose close it is known."""

    day: int
    at: datetime
    entity_id: str
    value: float
    story: str
    topic: Topic | None
    side: Side | None = None


def dated_shocks(
    events: Iterable[SentimentEvent],
    history: History,
    parameters: CausalParameters,
    *,
    dreaded: Container[str] = frozenset(),
) -> list[DatedShock]:
    """Return the shocks in order of event time; of one story, entity and day, the strongest counts.

    What comes after the last close, and entities that no shock moves, are left out; `dreaded` as for `shock_of`.
    """
    strongest: dict[tuple[int, str, str], DatedShock] = {}
    for event in events:
        shock = shock_of(event, parameters, dreaded=dreaded)
        if shock is None:
            continue
        day = int(history.day_of(np.array([event.published_at.timestamp()]))[0])
        if day == len(history.days):
            continue
        topic = _rounded(event.topic)
        one = DatedShock(day, event.published_at, shock.entity_id, shock.value, told_as(event), topic, shock.side)
        key = day, one.story, one.entity_id
        if key not in strongest or abs(strongest[key].value) < abs(one.value):
            strongest[key] = one
    found = sorted(strongest.values(), key=lambda one: (one.at, one.entity_id, one.story))
    check_known_in_time(found, history)
    return found


def check_known_in_time(shocks: Iterable[DatedShock], history: History) -> None:
    """Raise DataError where a shock counts at a price that was made before it was known."""
    for one in shocks:
        if one.at.timestamp() >= history.closings[one.day]:
            close = datetime.fromtimestamp(history.closings[one.day], UTC)
            raise DataError(f"look-ahead: what {one.entity_id} heard at {one.at} counts at the close of {close}")


def _rounded(topic: Topic | None) -> Topic | None:
    if topic is None:
        return None
    sure = round(topic.probability * _HALVES) / _HALVES
    return Topic(label=topic.label, probability=sure) if sure else None
