"""Rollups as anybody would write them who has all events at hand: slow, obvious, and without a state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import fmean, pstdev

from stream_app.events.rollup import Rollup
from stream_app.events.sentiment_event import SentimentEvent

LENGTHS = {"1m": timedelta(minutes=1), "1h": timedelta(hours=1), "1d": timedelta(days=1)}


def inside(rollup: Rollup, events: Sequence[SentimentEvent]) -> list[SentimentEvent]:
    """Return the events of the rollup's window."""
    return [event for event in events if rollup.start <= event.published_at < rollup.end]


def mean(events: Sequence[SentimentEvent]) -> float | None:
    scored = [event.polarity for event in events if event.polarity is not None]
    return fmean(scored) if scored else None


def novelty_weighted(events: Sequence[SentimentEvent]) -> float | None:
    scored = [event for event in events if event.polarity is not None]
    return fmean([e.polarity or 0 for e in scored], [e.novelty for e in scored]) if scored else None


def dispersion(events: Sequence[SentimentEvent]) -> float | None:
    scored = [event.polarity for event in events if event.polarity is not None]
    return pstdev(scored) if scored else None


def expected(rollup: Rollup, events: Sequence[SentimentEvent]) -> float | None:
    """Return the documents of the thirty days that end a day before the window's day, for its length.

    The entity's first day, which may have begun before the first document came, is none of them.
    """
    today = rollup.start.replace(hour=0, minute=0)
    last = today - timedelta(days=1)
    second = min(event.published_at for event in events).replace(hour=0, minute=0, second=0, microsecond=0)
    first = max(last - timedelta(days=30), second + timedelta(days=1))
    if first >= last:
        return None
    count = sum(first <= event.published_at < last for event in events)
    return count * (LENGTHS[rollup.window] / (last - first))
