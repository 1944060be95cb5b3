"""One day's worth of figures, from which all else is averaged: a day is a draw, however many names it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stream_app.calibration.ranks import rank_correlation
from stream_app.research.backtest.prices import DAY, Floats, Integers
from stream_app.research.backtest.ranks import quantile_of


@dataclass(frozen=True, slots=True)
class Days:
    """Figures by day, all [days] but `quantiles`, [days, quantiles], whose cells are NaN where nothing fell in.

    `hits` of `judged` pairs had the sign of the signal; `expected` of them would have by chance, given how often signal
    and return were positive that day.
    """

    days: Integers
    coefficients: Floats
    hits: Floats
    judged: Floats
    expected: Floats
    quantiles: Floats
    pairs: int

    @property
    def spreads(self) -> Floats:
        """The highest quantile less the lowest."""
        found: Floats = self.quantiles[:, -1] - self.quantiles[:, 0]
        return found


def figures_by_day(starts: Integers, values: Floats, returns: Floats, *, quantiles: int, least: int) -> Days:
    """Return the figures of each day with at least `least` pairs whose signals and returns differ; others are none."""
    rows, days, pairs = [], [], 0
    for day, value, gain in _by_day(starts, values, returns):
        coefficient = rank_correlation(value, gain) if len(value) >= least else None
        if coefficient is None:
            continue
        days.append(day)
        pairs += len(value)
        rows.append((coefficient, *_hits(value, gain), *_means(value, gain, quantiles)))
    table = np.array(rows, np.float64).reshape(len(rows), 4 + quantiles)
    coefficients, hits, judged, expected = (table[:, place] for place in range(4))
    return Days(np.array(days, np.int64), coefficients, hits, judged, expected, table[:, 4:], pairs)


def _by_day(starts: Integers, values: Floats, returns: Floats) -> Iterator[tuple[int, Floats, Floats]]:
    known = ~np.isnan(returns)
    starts, values, returns = starts[known], values[known], returns[known]
    order = np.argsort(starts, kind="stable")
    days, first = np.unique(starts[order] // DAY, return_index=True)
    for day, places in zip(days.tolist(), np.split(order, first[1:]), strict=False):
        yield day, values[places], returns[places]


def _hits(values: Floats, returns: Floats) -> tuple[float, float, float]:
    judged = (values != 0) & (returns != 0)
    signal, gain = values[judged] > 0, returns[judged] > 0
    if not len(signal):
        return 0.0, 0.0, 0.0
    up, gained = signal.mean(), gain.mean()
    by_chance = up * gained + (1 - up) * (1 - gained)
    return float((signal == gain).sum()), float(len(signal)), float(by_chance * len(signal))


def _means(values: Floats, returns: Floats, quantiles: int) -> list[float]:
    place = quantile_of(values, quantiles)
    return [float(returns[place == one].mean()) if (place == one).any() else np.nan for one in range(quantiles)]
