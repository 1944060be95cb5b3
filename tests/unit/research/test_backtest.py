"""The figures of a back-test are what their definitions say, against slow and obvious ways to work them out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stream_app.calibration.ranks import rank_correlation
from stream_app.cli.backtest_shown import notes
from stream_app.errors import ConfigurationError, DataError
from stream_app.events.bar import Bar
from stream_app.research.backtest.abnormal import MEAN, NONE, abnormal_returns
from stream_app.research.backtest.availability import Availability
from stream_app.research.backtest.bootstrap import draw
from stream_app.research.backtest.corrections import holm
from stream_app.research.backtest.panel import Observations, Panel
from stream_app.research.backtest.prices import prices_of
from stream_app.research.backtest.ranks import quantile_of
from stream_app.research.backtest.signals import SIGNALS
from stream_app.research.backtest.study import Rules, study
from stream_app.research.backtest.turnover import turnover
from stream_app.research.backtest.written import MIDNIGHT
from stream_app.research.market import parse_session
from tests.unit.research.markets import BEGIN, DAY, ENTITIES, TICKERS, market, said

_values = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)


def bar(ticker: str, day: int, opened: float, closed: float) -> Bar:
    start = BEGIN + day * DAY
    return Bar(ticker=ticker, start=start, open=opened, high=closed, low=opened, close=closed, volume=1)


@given(values=_values, seed=st.integers(0, 99))
def test_coefficient_is_spearmans_with_ties(values: list[float], seed: int) -> None:
    one = np.array(values)
    other = np.random.default_rng(seed).integers(-3, 4, len(values)).astype(float)
    found = rank_correlation(one, other)
    if len(set(values)) == 1 or len(set(other.tolist())) == 1:
        assert found is None
    else:
        assert found == pytest.approx(stats.spearmanr(one, other).statistic)


@given(values=_values, quantiles=st.integers(2, 6))
def test_quantiles_keep_order_and_equal_values_share_one(values: list[float], quantiles: int) -> None:
    found = quantile_of(np.array(values), quantiles)
    assert ((found >= 0) & (found < quantiles)).all()
    for one, left in zip(values, found, strict=True):
        for other, right in zip(values, found, strict=True):
            assert (
                (one == other and left == right) or (one < other and left <= right) or (one > other and left >= right)
            )


def test_return_is_from_the_open_of_the_first_bar_to_the_close_of_the_last() -> None:
    series = prices_of([bar("A", 2, 12, 15), bar("A", 0, 10, 11), bar("A", 1, 10, 12)])["A"]
    assert series.returns(1).tolist() == pytest.approx([0.1, 0.2, 0.25])
    assert series.returns(2)[:2].tolist() == pytest.approx([0.2, 0.5])
    assert np.isnan(series.returns(2)[2])
    assert np.isnan(series.returns(9)).all()


def test_bars_of_one_start_are_refused() -> None:
    with pytest.raises(DataError, match="A twice"):
        prices_of([bar("A", 0, 1, 2), bar("A", 0, 1, 3)])


def test_abnormal_return_is_less_the_mean_the_index_or_nothing() -> None:
    prices = prices_of([bar("A", 0, 10, 11), bar("B", 0, 10, 13), bar("B", 1, 10, 12)])
    assert abnormal_returns(prices, 1, market=MEAN)["A"].tolist() == pytest.approx([-0.1])
    assert abnormal_returns(prices, 1, market=MEAN)["B"].tolist() == pytest.approx([0.1, 0.0])
    assert abnormal_returns(prices, 1, market="B")["A"].tolist() == pytest.approx([-0.2])
    assert abnormal_returns(prices, 1, market=NONE)["A"].tolist() == pytest.approx([0.1])
    assert np.isnan(abnormal_returns(prices, 1, market="A")["B"][1])
    with pytest.raises(DataError, match="no bars of SPY"):
        abnormal_returns(prices, 1, market="SPY")


def test_events_of_one_bar_become_the_weighted_mean_and_risks_their_sum() -> None:
    panel = Panel(market(days=3), ENTITIES, Availability())
    panel.add(said(TICKERS[0], BEGIN, 0.8, novelty=1.0), SIGNALS[:3])
    panel.add(said(TICKERS[0], BEGIN, 0.2, novelty=0.5), SIGNALS[:3])
    for direction, rise in (("adverse", 0.3), ("adverse", 0.2), ("favourable", 0.1)):
        without = {"probability_without_trigger": 0.12}
        risk = {"direction": direction, "probability": 0.12 + rise, "counterfactual": without}
        moments = dict.fromkeys(("published_at", "received_at"), BEGIN.isoformat())
        panel.add(risk | {"exposed": {"id": "company:t00"}} | moments, SIGNALS[3:])
    values = {signal.name: panel.observations(signal).values.tolist() for signal in SIGNALS}
    assert values["entity_sentiment"] == pytest.approx([0.5])
    assert values["document_sentiment"] == pytest.approx([0.5])
    assert values["novelty_weighted"] == pytest.approx([0.6])
    assert values["propagated_risk"] == pytest.approx([-0.4])


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    covered = 0
    for seed in range(200):
        interval = draw(120, samples=400, span=1, seed=seed).interval(generator.normal(0.1, 1, 120))
        assert interval.low is not None
        assert interval.high is not None
        covered += interval.low <= 0.1 <= interval.high
    assert 0.88 <= covered / 200 <= 0.99


@pytest.mark.parametrize(("days", "span"), [(20, 1), (100, 20)])
def test_few_blocks_make_chance_no_surer(days: int, span: int) -> None:
    generator = np.random.default_rng(days)
    series = [generator.normal(0, 1, days) for _ in range(300)]
    drawn = [draw(days, samples=400, span=span, seed=seed) for seed in range(300)]
    found = [one.p_value(figures) for one, figures in zip(drawn, series, strict=True)]
    assert sum(p is not None and p < 0.05 for p in found) / 300 <= 0.085


def test_positions_that_overlap_make_chance_no_surer() -> None:
    generator, span, found = np.random.default_rng(8), 5, []
    for seed in range(400):
        figures = np.convolve(generator.normal(0, 1, 254), np.ones(span) / span, "valid")
        found.append(draw(250, samples=200, span=span, seed=seed).p_value(figures))
    assert sum(p is not None and p < 0.05 for p in found) / 400 <= 0.075


def test_chance_alone_is_seldom_sure_and_the_seed_decides_the_draws() -> None:
    generator = np.random.default_rng(6)
    found = [draw(100, samples=400, span=1, seed=seed).p_value(generator.normal(0, 1, 100)) for seed in range(200)]
    assert 0.01 <= sum(p is not None and p < 0.05 for p in found) / 200 <= 0.11
    same = [draw(100, samples=50, span=3, seed=7).days.tolist() for _ in range(2)]
    assert same[0] == same[1]
    assert same[0] != draw(100, samples=50, span=3, seed=8).days.tolist()


def test_block_holds_consecutive_days_and_few_days_give_no_interval() -> None:
    days = draw(50, samples=20, span=10, seed=1).days.reshape(20, 5, 10)
    assert ((np.diff(days, axis=2) % 50) == 1).all()
    assert not len(draw(49, samples=20, span=10, seed=1).days)
    short = draw(19, samples=20, span=1, seed=1)
    assert short.interval(np.ones(19)).low is None
    assert short.p_value(np.ones(19)) is None


def test_holm_counts_those_that_were_tried_before() -> None:
    assert holm([0.01, 0.04, None, 0.03], hypotheses=3) == pytest.approx([0.03, 0.06, None, 0.06], nan_ok=True)
    assert holm([0.01, 0.04], hypotheses=10) == pytest.approx([0.1, 0.36])


def test_turnover_is_nothing_of_the_same_book_and_all_of_its_reverse() -> None:
    names, starts = list(TICKERS[:10]) * 3, np.repeat([1, 2, 3], 10)
    ladder = np.arange(10.0)
    places = np.zeros(30, np.int64)
    same = Observations(names, places, starts, np.concatenate([ladder, ladder, ladder]))
    turned = Observations(names, places, starts, np.concatenate([ladder, -ladder, ladder]))
    assert turnover(same, quantiles=5, least=5) == 0
    assert turnover(turned, quantiles=5, least=5) == 1
    assert turnover(same, quantiles=5, least=11) is None


def test_signal_that_helps_a_little_is_found_and_one_of_chance_is_not() -> None:
    """Polarity is the next return and noise of thrice its size: the daily coefficient is about 0.3."""
    prices, generator = market(days=100), np.random.default_rng(3)
    panel = Panel(prices, ENTITIES, Availability(delay=timedelta(minutes=15)))
    for ticker, series in prices.items():
        for start, gain in zip(series.starts.tolist(), series.returns(1).tolist(), strict=True):
            at = datetime.fromtimestamp(start / 1e6, tz=UTC) - timedelta(hours=2)
            value = float(np.clip((gain + generator.normal(0, 0.06)) * 5, -1, 1))
            chance = {"positive": float(generator.uniform()), "negative": 0.4, "neutral": 0.0}
            panel.add(said(ticker, at, value, document_sentiment={"probabilities": chance}), SIGNALS[:3])
    rules = Rules(horizons=(1, 5), samples=500, doubtful=0.5)
    found = {(one.signal, one.horizon): one for one in study(panel, prices, rules, signals=SIGNALS[:3]).findings}
    helpful, chance = found["entity_sentiment", 1], found["document_sentiment", 1]
    assert helpful.coefficient.value == pytest.approx(0.3, abs=0.05)
    assert helpful.p_family is not None
    assert helpful.p_family < 0.05
    assert helpful.hit_rate.value is not None
    assert helpful.hit_rate.value > 0.55
    assert helpful.spread.low is not None
    assert helpful.spread.low > 0
    assert list(helpful.quantiles) == sorted(helpful.quantiles, key=lambda value: value or 0.0)
    assert chance.p_family is not None
    assert chance.p_family > 0.05
    assert found["entity_sentiment", 5].coefficient.value is not None
    assert found["entity_sentiment", 5].coefficient.value < helpful.coefficient.value


def test_study_of_nothing_says_nothing() -> None:
    prices = market(days=30)
    found = study(Panel(prices, ENTITIES, Availability()), prices, Rules(horizons=(1,)))
    assert all((one.days, one.coefficient.value, one.p_family) == (0, None, None) for one in found.findings)
    assert (found.hypotheses, found.doubtful) == (0, [])


def test_bars_that_all_begin_at_midnight_are_told_and_others_are_not() -> None:
    dated = prices_of([bar("A", 0, 10, 11), bar("A", 1, 10, 12)])
    hourly = prices_of([bar("A", 0, 10, 11), bar("A", 1, 10, 12).model_copy(update={"start": BEGIN + DAY / 24})])
    found = [study(Panel(prices, {}, Availability()), prices, Rules()) for prices in (dated, hourly)]
    assert [MIDNIGHT in notes(one) for one in found] == [True, False]


def test_session_begins_at_its_local_time_in_summer_and_winter() -> None:
    session = parse_session("09:30 America/New_York")
    assert session is not None
    assert session.begun(date(2014, 1, 6)) == datetime(2014, 1, 6, 14, 30, tzinfo=UTC)
    assert session.begun(date(2014, 7, 7)) == datetime(2014, 7, 7, 13, 30, tzinfo=UTC)
    assert parse_session("") is None
    for wrong in ("09:30", "soon America/New_York", "09:30 America/Nowhere"):
        with pytest.raises(ConfigurationError, match="09:30 America/New_York"):
            parse_session(wrong)
