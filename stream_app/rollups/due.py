"""Which windows are to be announced: those that close, those that a late document corrects, and what they lie in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from stream_app.reputation.claim import DAY, HOUR
from stream_app.rollups.book import Book
from stream_app.rollups.window import MINUTE, Window, window_of


class Due(NamedTuple):
    """A window to announce, and whether event time has passed its end."""

    window: Window
    closed: bool


def due(book: Book, *, until: int, touched: Collection[int] = ()) -> list[Due]:
    """Return the windows to announce when event time has reached `until` and claims came at the times `touched`.

    With each minute that closes or is corrected goes the present state of the hour and the day that it lies in.
    """
    since = min([book.closed, *touched])
    closed = {
        window
        for window in _windows(book, since)
        if window.end <= until and (window.end > book.closed or any(window.rests_on(at) for at in touched))
    }
    around = {
        window_of(name, minute.start) for minute in closed if minute.name == "1m" for name in ("1h", "1d")
    } - closed
    announced = [Due(window, closed=True) for window in closed]
    announced += [Due(window, closed=False) for window in around if window.end > until]
    return sorted(announced, key=lambda one: (one.window.end, one.window.start))


def next_due(book: Book) -> int | None:
    """Return the event time at which the next window closes; None where all have."""
    return min((window.end for window in _windows(book, book.closed) if window.end > book.closed), default=None)


def _windows(book: Book, since: int) -> Iterator[Window]:
    """Yield the windows with documents that end after `since`, each once."""
    for hour, claims in book.hours.items():
        if (hour + 1) * HOUR > since:
            yield Window("1h", hour * HOUR)
            yield from (Window("1m", start) for start in {claim.at - claim.at % MINUTE for claim in claims})
    yield from (Window("1d", day * DAY) for day in book.held_days)
