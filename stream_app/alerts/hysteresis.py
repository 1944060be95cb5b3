"""An entity that hovers around a threshold alerts once: until it was clearly below, or quiet for long enough.

Kept by kind of event and direction, so that a turn from good to bad is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from stream_app.events.alert import Direction, Kind
from stream_app.events.schema import Instant, Schema


class Episode(Schema):
    """A time over the thresholds that was told: the last event of it, and when calm ended it, if it has."""

    last: Instant
    calm: Instant | None = None


Episodes = dict[str, Episode]
"""By kind and direction: the latest episode."""


def is_told(episodes: Episodes, side: str, moment: datetime, *, quiet: int) -> bool:
    """Return whether an event over the thresholds belongs to an episode that was told: a late one to the past's."""
    episode = episodes.get(side)
    if episode is None:
        return False
    if episode.calm is not None:
        return moment < episode.calm
    return moment - episode.last < timedelta(seconds=quiet)


def with_event(episodes: Episodes, side: str, moment: datetime, *, told: bool) -> Episodes:
    """Return the memory with one more event over the thresholds, of the `told` episode or a new one."""
    before = episodes.get(side)
    if told and before is not None:
        return {**episodes, side: before.model_copy(update={"last": max(moment, before.last)})}
    return {**episodes, side: Episode(last=moment)}


def with_calm(episodes: Episodes, sides: Iterable[str], moment: datetime) -> Episodes:
    """Return the memory after an event that was clearly below; one from before the last event over says nothing."""
    ended = {
        side: episode.model_copy(update={"calm": moment})
        for side in sides
        if (episode := episodes.get(side)) and episode.calm is None and episode.last <= moment
    }
    return {**episodes, **ended} if ended else episodes


def side_of(kind: Kind, direction: Direction | None) -> str:
    """Return the key of a kind and direction."""
    return f"{kind}/{direction or 'none'}"
