"""A small market whose companies move as the causal model says, with strengths that a test plants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from stream_app.calibration.history import History
from stream_app.calibration.shocks import DatedShock
from stream_app.causal.arcs import CausalGraph, make_causal_graph
from stream_app.events.bar import Bar
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from tests.causal_world import PARAMETERS, name, statement
from tests.factories import entity

COMPANIES = 40
CLOSES_AFTER = timedelta(hours=20)
VOLATILITY = 0.01
WEIGHT = 0.1
FIRST = date(2014, 1, 1)
TICKERS = {f"T{number}": name(number) for number in range(COMPANIES)}


@dataclass(frozen=True, slots=True)
class Market:
    """Prices, shocks and graph of the market."""

    bars: list[Bar]
    history: History
    shocks: list[DatedShock]
    graph: CausalGraph


def market(
    planted: Mapping[DependenceKind, float], *, days: int = 700, shocks_a_day: int = 12, seed: int = 7
) -> Market:
    """Return a market in which a shock moves those exposed on the day after it.

    A full effect is worth five usual days, times the strength planted for its relation.
    """
    random = np.random.default_rng(seed)
    told = list(_statements(random, planted))
    calendar = [one for one in (FIRST + timedelta(days=at) for at in range(days * 2)) if one.weekday() < 5][:days]
    shocks = list(_shocks(random, calendar, shocks_a_day))
    returns = random.normal(0, VOLATILITY, (days, COMPANIES)) + random.normal(0, VOLATILITY, days)[:, np.newaxis]
    reached = {(one.source, one.kind): number_of(one.target) for one in told}
    for shock in shocks:
        for kind, strength in planted.items():
            target = reached.get((shock.entity_id, kind))
            if target is not None and shock.day + 1 < days:
                effect = PARAMETERS.usual_days_at_full_severity * strength * WEIGHT * shock.value
                returns[shock.day + 1, target] += VOLATILITY * effect
    bars = list(_bars(calendar, returns))
    history = History.of(bars, TICKERS, closes_after=CLOSES_AFTER)
    graph = make_causal_graph([entity(name(number)) for number in range(COMPANIES)], told, version="kg-test")
    return Market(bars, history, shocks, graph)


def number_of(company: str) -> int:
    """Return the number of a company by its id."""
    return int(company.rpartition("c")[2])


def _statements(random: np.random.Generator, planted: Mapping[DependenceKind, float]) -> Iterator[Dependence]:
    """Yield statements from the first half of the companies to the second, so that no path has two relations."""
    half = COMPANIES // 2
    for kind in planted:
        for source, place in enumerate(random.permutation(half).tolist()):
            yield statement(name(source), kind, name(half + place), forward=Transmission(1, WEIGHT), backward=None)


def _shocks(random: np.random.Generator, calendar: Sequence[date], count: int) -> Iterator[DatedShock]:
    for day, at in enumerate(calendar):
        moment = datetime(at.year, at.month, at.day, 15, tzinfo=UTC)
        for number, company in enumerate(random.choice(COMPANIES, count, replace=False).tolist()):
            yield DatedShock(day, moment, name(company), float(random.uniform(-1, 1)), f"{day}-{number}", None)


def _bars(calendar: Sequence[date], returns: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Iterator[Bar]:
    closes = 100 * np.exp(np.cumsum(returns, axis=0))
    for day, row in zip(calendar, closes.tolist(), strict=True):
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for ticker, close in zip(TICKERS, row, strict=True):
            yield Bar(ticker=ticker, start=start, open=close, high=close, low=close, close=close, volume=1.0)
