"""From events to one number for each signal, ticker and bar: the join, and the guard that it never looks ahead.

An event counts for the first bar of its ticker that starts after the event is usable; nothing earlier is ever asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from stream_app.errors import DataError
from stream_app.research.backtest.availability import Availability
from stream_app.research.backtest.prices import Floats, Integers, Prices
from stream_app.research.backtest.signals import Event, Signal, entity_id, said_by

_MICROSECOND = timedelta(microseconds=1)
_LEAST_WEIGHT = 1e-12


@dataclass(slots=True)
class _Cell:
    """What the events of one bar come to."""

    total: float = 0.0
    weight: float = 0.0
    latest: int = -(1 << 62)
    """When the last of them became usable."""


@dataclass(frozen=True, slots=True)
class Observations:
    """One signal's numbers: `places` are bars of `tickers`, `starts` when these begin, [observations]."""

    tickers: Sequence[str]
    places: Integers
    starts: Integers
    values: Floats


class Panel:
    """Takes events in any order and holds a number for each bar that they count for, however many there are."""

    def __init__(
        self,
        prices: Prices,
        tickers: Mapping[str, str],
        availability: Availability,
        *,
        oldest: timedelta = timedelta(days=7),
    ) -> None:
        """`tickers` has the ticker of each entity id; an event older than `oldest` at its first bar is stale."""
        self._prices, self._availability = prices, availability
        self._tickers = {entity: ticker for entity, ticker in tickers.items() if ticker in prices}
        self._oldest = oldest // _MICROSECOND
        self._cells: dict[tuple[str, str, int], _Cell] = {}
        self.counts: Counter[str] = Counter()
        """Events by what became of them."""

    def add(self, event: Event, signals: Sequence[Signal]) -> None:
        """Take in one event of the topic of these signals."""
        ticker = self._tickers.get(entity_id(event) or "")
        if ticker is None:
            self.counts["without bars"] += 1
            return
        usable = self._availability.of(event)
        place = self._prices[ticker].first_after(usable)
        if place is None:
            self.counts["after the last bar"] += 1
        elif int(self._prices[ticker].starts[place]) - usable > self._oldest:
            self.counts["stale"] += 1
        else:
            said = list(said_by(event, signals))
            self.counts["used" if said else "unscored"] += 1
            for signal, value, weight in said:
                self._count(signal, ticker, place, said=(value, weight, usable))

    def _count(self, signal: Signal, ticker: str, place: int, *, said: tuple[float, float, int]) -> None:
        cell = self._cells.setdefault((signal.name, ticker, place), _Cell())
        value, weight, usable = said
        cell.total += value * weight
        cell.weight += weight
        cell.latest = max(cell.latest, usable)

    def observations(self, signal: Signal) -> Observations:
        """Return the signal's numbers in the order of ticker and bar; DataError where one of them looks ahead."""
        found = sorted((key, cell) for key, cell in self._cells.items() if key[0] == signal.name)
        found = [(key, cell) for key, cell in found if signal.summed or cell.weight > _LEAST_WEIGHT]
        tickers = [ticker for (_, ticker, _), _ in found]
        places = np.array([place for (_, _, place), _ in found], np.int64)
        starts = np.array([self._prices[ticker].starts[place] for (_, ticker, place), _ in found], np.int64)
        latest = np.array([cell.latest for _, cell in found], np.int64)
        refuse_look_ahead(starts, latest)
        values = [cell.total if signal.summed else cell.total / cell.weight for _, cell in found]
        return Observations(tickers, places, starts, np.array(values, np.float64))


def refuse_look_ahead(starts: Integers, usable: Integers) -> None:
    """Raise DataError where a bar does not start after what is said of it was usable; [observations] both."""
    if bad := int((starts <= usable).sum()):
        raise DataError(f"{bad} of {len(starts)} observations use a bar that began before they were known: look-ahead")
