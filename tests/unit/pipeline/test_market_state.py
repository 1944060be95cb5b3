"""The market state of an entity is of the bars that are over, whatever comes after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.events.bar import Bar
from stream_app.pipeline.market_state import MARKET_STATE, WINDOWS, MarketState, market_state

BEGIN = datetime(2015, 1, 5, 14, 30, tzinfo=UTC)
DAY, LENGTH = timedelta(days=1), timedelta(hours=6.5)


def walk(count: int = 100, *, seed: int = 1) -> list[Bar]:
    random = np.random.default_rng(seed)
    closes = 50 * np.exp(np.cumsum(random.normal(0, 0.01, count)))
    spread = np.exp(np.abs(random.normal(0, 0.01, count)))
    volumes = random.uniform(900, 1100, count)
    rows = zip(closes.tolist(), spread.tolist(), volumes.tolist(), strict=True)
    return [bar(number, close, close * wide, close / wide, volume) for number, (close, wide, volume) in enumerate(rows)]


def bar(number: int, close: float, high: float, low: float, volume: float) -> Bar:
    return Bar(ticker="T", start=BEGIN + number * DAY, open=close, high=high, low=low, close=close, volume=volume)


def at(bars: Sequence[Bar], moment: datetime) -> MarketState:
    return market_state(bars, moment, length=LENGTH)


def same(one: MarketState, other: MarketState) -> bool:
    return bool((one.flat() == other.flat()).all())


@given(minutes=st.integers(0, 60 * 24 * 99), noise=st.integers(0, 2**32 - 1))
@settings(max_examples=80)
def test_no_bar_that_is_not_over_is_ever_read(minutes: int, noise: int) -> None:
    """A planted leak: every bar that ends after the moment is replaced by noise, and nothing changes."""
    bars, moment = walk(), BEGIN + timedelta(minutes=minutes)
    other = [old if old.start + LENGTH <= moment else new for old, new in zip(bars, walk(seed=noise), strict=True)]
    assert same(at(bars, moment), at(other, moment))


def test_bar_counts_from_the_instant_at_which_it_is_over() -> None:
    bars = walk()
    over = bars[80].start + LENGTH
    assert same(at(bars, over), at(bars[:81], over))
    assert same(at(bars, over - timedelta(microseconds=1)), at(bars[:80], over))
    assert not same(at(bars, over), at(bars[:80], over))


def test_bars_taken_as_over_when_they_begin_are_a_leak_that_is_seen() -> None:
    """With the wrong length of a bar, noise in the bar of the day does change the state."""
    bars, moment = walk(), BEGIN + 80 * DAY + timedelta(hours=1)
    changed = [*bars[:80], *walk(seed=9)[80:]]
    assert same(at(bars, moment), at(changed, moment))
    leaking = timedelta(0)
    assert not same(market_state(bars, moment, length=leaking), market_state(changed, moment, length=leaking))


def test_what_is_not_known_is_zero_and_said_to_be_missing() -> None:
    nothing = at([], BEGIN)
    assert nothing.missing.all()
    assert not nothing.values.any()
    assert nothing.flat().shape == (2 * MARKET_STATE,)
    short = at(walk(26), BEGIN + 200 * DAY)
    assert short.missing.all(axis=1).tolist() == [False, False, True]
    still = [one.model_copy(update={"open": 9.0, "high": 9.0, "low": 9.0, "close": 9.0}) for one in walk()]
    assert at(still, BEGIN + 200 * DAY).missing[:, :2].all()
    assert not at(still, BEGIN + 200 * DAY).missing[:, 2].any()
    without = [one.model_copy(update={"volume": 0.0}) for one in walk()]
    assert at(without, BEGIN + 200 * DAY).missing[:, 2].all()


def test_figures_are_in_units_of_what_is_usual() -> None:
    bars = walk()
    moved = bar(100, bars[-1].close * 1.1, bars[-1].close * 1.1, bars[-1].close, 3000.0)
    state = at([*bars, moved], moved.start + LENGTH)
    returns, volatility, volume = state.values.T
    assert returns[0] == pytest.approx(_logged(1.1) / 0.01, rel=0.3)
    assert (returns[0] > returns[1], volatility[0] > 1) == (True, True)
    assert volume[0] == pytest.approx(_logged(3), abs=0.05)
    assert volume[0] > volume[1] > volume[2] > 0
    assert len(returns) == len(WINDOWS)


@given(factor=st.floats(0.01, 100))
@settings(max_examples=30)
def test_figures_do_not_depend_on_currency_or_share_count(factor: float) -> None:
    bars = walk()
    prices = ("open", "high", "low", "close")
    other = [
        one.model_copy(update={"volume": one.volume * factor, **{name: getattr(one, name) * factor for name in prices}})
        for one in bars
    ]
    moment = BEGIN + 200 * DAY
    assert at(other, moment).values == pytest.approx(at(bars, moment).values, abs=1e-4)


def _logged(value: float) -> float:
    return float(np.log(value))
