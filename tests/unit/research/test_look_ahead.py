"""A back-test never sees the future: whatever stands in bars at or before an event's availability changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.errors import DataError
from stream_app.research.backtest.abnormal import MEAN, NONE, abnormal_returns
from stream_app.research.backtest.availability import Availability, Usable
from stream_app.research.backtest.panel import Panel, refuse_look_ahead
from stream_app.research.backtest.prices import Prices, Series
from stream_app.research.backtest.signals import SIGNALS
from stream_app.research.backtest.study import Rules, Study, study
from tests.unit.research.markets import BEGIN, DAY, ENTITIES, TICKERS, market, said, said_of_returns

SENTIMENT = SIGNALS[:3]
AT_ONCE = Availability(Usable.PUBLISHED, timedelta())
RULES = Rules(horizons=(1,), samples=300, market=NONE)
_BARS = 12


def outcome(prices: Prices, *, at: timedelta, availability: Availability = AT_ONCE) -> Study:
    """Study events that tell each bar's return, told `at` after its start."""
    panel = Panel(prices, ENTITIES, availability)
    for event in said_of_returns(prices, at=at):
        panel.add(event, SENTIMENT)
    return study(panel, prices, RULES, signals=SENTIMENT)


def test_leak_that_is_planted_before_the_bar_is_told_to_be_too_good() -> None:
    """Events that know the return of the bar to come, by their times honestly: only their success gives them away."""
    found = outcome(market(), at=-timedelta(hours=1))
    assert all(one.coefficient.value == pytest.approx(1, abs=0.01) for one in found.findings)
    assert found.doubtful == list(found.findings)


@pytest.mark.parametrize("hours", [0, 1, 23])
def test_what_is_known_only_in_or_after_a_bar_says_nothing_of_it(hours: int) -> None:
    """The same events told at the bar's start or later: a join by date would find a coefficient of 1."""
    prices = market()
    found = outcome(prices, at=timedelta(hours=hours))
    assert not found.doubtful
    for one in found.findings:
        assert one.coefficient.value == pytest.approx(0, abs=0.05)


def test_delay_pushes_an_event_beyond_the_bar_that_it_would_have_foreseen() -> None:
    prices, before = market(), -timedelta(minutes=10)
    late = Availability(Usable.PUBLISHED, timedelta(minutes=15))
    assert outcome(prices, at=before).doubtful
    assert not outcome(prices, at=before, availability=late).doubtful


def test_event_of_a_live_run_counts_from_when_it_was_processed() -> None:
    prices, at = market(days=5), BEGIN + timedelta(hours=23)
    event = said(TICKERS[0], at, 0.5, processed_at=(at + timedelta(hours=2)).isoformat())
    places = []
    for usable in Usable:
        panel = Panel(prices, ENTITIES, Availability(usable, timedelta()))
        panel.add(event, SENTIMENT)
        places += panel.observations(SENTIMENT[1]).places.tolist()
    assert places == [1, 2]


def test_event_whose_document_came_late_counts_from_when_the_broker_had_it() -> None:
    prices, at = market(days=6), BEGIN + timedelta(hours=1)
    panel = Panel(prices, ENTITIES, AT_ONCE)
    panel.add(said(TICKERS[0], at, 0.5, received_at=(at + 2 * DAY).isoformat()), SENTIMENT)
    assert panel.observations(SENTIMENT[1]).places.tolist() == [3]


@pytest.mark.parametrize("time_of_day", [timedelta(), timedelta(seconds=1)])
def test_document_that_bears_a_date_alone_counts_when_its_day_is_over(time_of_day: timedelta) -> None:
    """Of a day's news, dated with that day: the session that it speaks of is not paid to it."""
    dated = market(days=4)
    opens = {ticker: replace(one, starts=one.starts + 14 * 3_600_000_000) for ticker, one in dated.items()}
    panel = Panel(opens, ENTITIES, AT_ONCE)
    panel.add(said(TICKERS[0], BEGIN + DAY + time_of_day, 0.5), SENTIMENT)
    assert panel.observations(SENTIMENT[1]).places.tolist() == [1 if time_of_day else 2]


def test_bar_that_starts_at_the_very_instant_is_not_used() -> None:
    series = market(days=3)[TICKERS[0]]
    at = int(series.starts[1])
    assert [series.first_after(moment) for moment in (at - 1, at, at + 1)] == [1, 2, 2]
    assert series.first_after(int(series.starts[2])) is None


def test_guard_refuses_a_panel_that_looks_ahead() -> None:
    starts = np.array([10, 20], np.int64)
    refuse_look_ahead(starts, np.array([9, 19], np.int64))
    with pytest.raises(DataError, match="1 of 2 observations"):
        refuse_look_ahead(starts, np.array([9, 20], np.int64))


@given(
    minutes=st.lists(st.integers(-60, 60 * 24 * _BARS), min_size=1, max_size=8),
    noise=st.integers(0, 2**32 - 1),
    horizon=st.integers(1, 4),
)
@settings(max_examples=60)
def test_no_price_at_or_before_availability_is_ever_used(minutes: list[int], noise: int, horizon: int) -> None:
    """Every price of a bar that began by then is replaced by noise, of all tickers: what the event is paid stays."""
    prices = market(days=_BARS)
    for number, minute in enumerate(minutes):
        at = BEGIN + timedelta(minutes=minute)
        event = said(TICKERS[number], at, 0.5)
        other = _changed(prices, usable=AT_ONCE.of(event), seed=noise)
        assert _paid(prices, event, horizon) == _paid(other, event, horizon)


def _changed(prices: Prices, *, usable: int, seed: int) -> Prices:
    generator = np.random.default_rng(seed)

    def one(series: Series) -> Series:
        past = series.starts <= usable
        opens, closes = (
            np.where(past, generator.uniform(1, 500, len(past)), old) for old in (series.opens, series.closes)
        )
        return replace(series, opens=opens, closes=closes)

    return {ticker: one(series) for ticker, series in prices.items()}


def _paid(prices: Prices, event: dict[str, object], horizon: int) -> list[float]:
    panel = Panel(prices, ENTITIES, AT_ONCE)
    panel.add(event, SENTIMENT)
    found = panel.observations(SENTIMENT[1])
    gains = abnormal_returns(prices, horizon, market=MEAN)
    paid = [float(gains[ticker][place]) for ticker, place in zip(found.tickers, found.places.tolist(), strict=True)]
    assert all(start > AT_ONCE.of(event) for start in found.starts.tolist())
    return [value for value in paid if value == value]  # noqa: PLR0124  (NaN alone differs from itself)


def test_event_too_old_for_its_first_bar_is_stale() -> None:
    prices, noon = market(days=3), BEGIN + DAY / 2
    panel = Panel(prices, ENTITIES, AT_ONCE, oldest=7 * DAY)
    panel.add(said(TICKERS[0], noon - 8 * DAY, 0.5), SENTIMENT)
    panel.add(said(TICKERS[0], noon - 6 * DAY, 0.5), SENTIMENT)
    panel.add(said(TICKERS[0], noon + 9 * DAY, 0.5), SENTIMENT)
    panel.add(said("NONE", noon, 0.5), SENTIMENT)
    panel.add(said(TICKERS[0], noon, 0.5, polarity=None, document_sentiment=None), SENTIMENT)
    assert panel.counts == {"stale": 1, "used": 1, "after the last bar": 1, "without bars": 1, "unscored": 1}
