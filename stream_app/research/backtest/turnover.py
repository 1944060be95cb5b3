"""How much of a book that follows a signal is another one at the next bar."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np

from stream_app.research.backtest.panel import Observations
from stream_app.research.backtest.ranks import quantile_of

Book = dict[str, float]


def turnover(found: Observations, *, quantiles: int, least: int) -> float | None:
    """Return the mean share of the book that changes from one bar to the next; None where there are no two.

    The book holds the highest quantile and is short of the lowest, equally weighted, a gross of two. 0 is the same book
    again, 1 is one that shares nothing with the last. A bar with under `least` names has no book and is passed over.
    """
    books = _books(found, quantiles=quantiles, least=least)
    changes = [_change(one, other) for one, other in pairwise(books)]
    return sum(changes) / len(changes) if changes else None


def _books(found: Observations, *, quantiles: int, least: int) -> list[Book]:
    by_start: defaultdict[int, list[int]] = defaultdict(list)
    for number, start in enumerate(found.starts.tolist()):
        by_start[start].append(number)
    books = [_book(found, by_start[start], quantiles) for start in sorted(by_start) if len(by_start[start]) >= least]
    return [book for book in books if book]


def _book(found: Observations, numbers: list[int], quantiles: int) -> Book:
    place = quantile_of(found.values[np.array(numbers)], quantiles).tolist()
    names = [found.tickers[number] for number in numbers]
    book: Book = {}
    for side, quantile in ((1.0, quantiles - 1), (-1.0, 0)):
        held = [name for name, one in zip(names, place, strict=True) if one == quantile]
        book |= {name: side / len(held) for name in held}
    return book


def _change(one: Book, other: Book) -> float:
    moved = sum(abs(one.get(name, 0.0) - other.get(name, 0.0)) for name in {*one, *other})
    return moved / (sum(map(abs, one.values())) + sum(map(abs, other.values())))
