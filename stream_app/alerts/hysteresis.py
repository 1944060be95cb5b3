"""An entity that hovers around a threshold alerts once: until it was clearly below, or quiet for long enough.

Kept by kind of event and direction, so that a turn from good to bad is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from stream_app.events.alert import Direction, Kind

Over = Mapping[str, datetime]
"""By kind and direction: the moment of the last event over the thresholds, while the entity is not ready again."""


def is_over(over: Over, side: str, moment: datetime, *, quiet: int) -> bool:
    """Return whether the entity has alerted and is not ready to alert again."""
    last = over.get(side)
    return last is not None and moment - last < timedelta(seconds=quiet)


def with_over(over: Over, side: str, moment: datetime) -> dict[str, datetime]:
    """Return the memory with one more event over the thresholds."""
    return {**over, side: max(moment, over.get(side, moment))}


def with_calm(over: Over, sides: Iterable[str], moment: datetime) -> dict[str, datetime]:
    """Return the memory after an event that was clearly below; one from before the last event over says nothing."""
    calmed = {side for side in sides if side in over and over[side] <= moment}
    return {side: last for side, last in over.items() if side not in calmed}


def side_of(kind: Kind, direction: Direction | None) -> str:
    """Return the key of a kind and direction."""
    return f"{kind}/{direction or 'none'}"
