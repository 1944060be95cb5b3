"""From a window to its figures; `docs/rollups.md` has the formulas."""

from __future__ import annotations

from collections.abc import Mapping

from stream_app.events.ids import rollup_id
from stream_app.events.rollup import Rollup, TopicCount
from stream_app.reputation.claim import DAY, MICRO, instant
from stream_app.rollups.book import Book
from stream_app.rollups.due import Due
from stream_app.rollups.window import BEFORE, Window

BASELINE_DAYS = 30
BASELINE_ENDS = 1
"""Days between the baseline and the window's day. No accepted document is that late, so a baseline never changes."""

MOST_TOPICS = 3
_DIGITS = 6


def rollup_of(book: Book, due: Due) -> Rollup:
    """Return the figures of a window."""
    window = due.window
    tally = book.tally(window)
    sums = tally.sums
    expected = expected_documents(book, window)
    return Rollup(
        rollup_id=rollup_id(book.entity.id, window.name, instant(window.start)),
        revision=book.documents_between(window.rests_from, window.end),
        closed=due.closed,
        entity=book.entity,
        window=window.name,
        start=instant(window.start),
        end=instant(window.end),
        documents=sums.documents,
        scored=sums.scored,
        mean_polarity=_rounded(sums.mean),
        novelty_weighted_polarity=_rounded(sums.novelty_weighted),
        credible_polarity=_rounded(sums.credible),
        dispersion=_rounded(sums.dispersion),
        momentum=_rounded(momentum(book, window)),
        expected_documents=_rounded(expected),
        buzz=_rounded(sums.documents / expected) if expected else None,
        topics=_most_frequent(tally.topics),
    )


def momentum(book: Book, window: Window) -> float | None:
    """Return the credible polarity less that of the windows before, each of which weighs half of the next."""
    now = book.tally(window).sums.credible
    weight = weighed = 0
    for back in range(1, BEFORE + 1):
        sums = book.tally(Window(window.name, window.start - back * window.length)).sums
        believed, believed_polarity = sums.believed
        weight += believed << (BEFORE - back)
        weighed += believed_polarity << (BEFORE - back)
    return None if now is None or not weight else now - weighed / (weight * MICRO)


def expected_documents(book: Book, window: Window) -> float | None:
    """Return the documents of a window of this length, were it like the baseline's days; None without a history."""
    last = window.start // DAY - BASELINE_ENDS - 1
    first = max(last - BASELINE_DAYS + 1, book.first_day + 1)  # of its first day only a part may have been seen
    if first > last:
        return None
    return book.documents_on(first, last) * window.length / ((last - first + 1) * DAY)


def _most_frequent(topics: Mapping[str, int]) -> tuple[TopicCount, ...]:
    ranked = sorted(topics.items(), key=lambda item: (-item[1], item[0]))[:MOST_TOPICS]
    return tuple(TopicCount(label=label, documents=count) for label, count in ranked)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS) + 0.0
