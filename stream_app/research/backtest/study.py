"""The whole test: every signal at every horizon, with intervals, corrected for how many were tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np

from stream_app.research.backtest.abnormal import MEAN, abnormal_returns
from stream_app.research.backtest.bootstrap import Interval, draw
from stream_app.research.backtest.corrections import holm
from stream_app.research.backtest.daily import Days, figures_by_day
from stream_app.research.backtest.panel import Observations, Panel
from stream_app.research.backtest.prices import DAY, Floats, Prices
from stream_app.research.backtest.signals import SIGNALS, Signal
from stream_app.research.backtest.turnover import turnover


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of the test. Horizons are in bars, the one of entry counted; a day needs `least` pairs to count."""

    horizons: tuple[int, ...] = (1, 2, 3, 5, 10, 20)
    quantiles: int = 5
    least: int = 10
    market: str = MEAN
    samples: int = 5000
    seed: int = 0
    oldest: timedelta = timedelta(days=7)
    doubtful: float | None = None
    """The daily coefficient from which on none is believed; None: that of the signal."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One signal at one horizon; returns are fractions, `p_value` is of the coefficient, `p_family` after Holm."""

    signal: str
    horizon: int
    pairs: int
    days: int
    coefficient: Interval
    p_value: float | None
    p_family: float | None
    hit_rate: Interval
    hit_rate_by_chance: float | None
    quantiles: tuple[float | None, ...]
    spread: Interval
    doubtful: bool
    """Whether the coefficient is too good to be believed: a leak until it is shown to be none."""


@dataclass(frozen=True, slots=True)
class Study:
    """All findings; `daily` has the coefficients of the shortest horizon by day, for those who want to see them run."""

    findings: tuple[Finding, ...]
    turnover: Mapping[str, float | None]
    hypotheses: int
    counts: Mapping[str, int]
    tickers: int
    daily: Mapping[str, tuple[tuple[int, float], ...]] = field(default_factory=dict)
    from_midnight: bool = False
    """Whether every bar begins at midnight UTC, as those do that bear a date alone."""

    @property
    def doubtful(self) -> list[Finding]:
        """What is not to be believed."""
        return [finding for finding in self.findings if finding.doubtful]


def study(panel: Panel, prices: Prices, rules: Rules, *, signals: Sequence[Signal] = SIGNALS, tried: int = 0) -> Study:
    """Put the signals to the test; `tried` is how many hypotheses were tried on the same history before."""
    observed = {signal.name: panel.observations(signal) for signal in signals}
    findings, daily = [], {}
    for horizon in rules.horizons:
        gains = abnormal_returns(prices, horizon, market=rules.market)
        span = max((series.days_spanned(horizon) for series in prices.values()), default=horizon)
        for signal in signals:
            days = _days(observed[signal.name], gains, rules)
            findings.append(_finding(signal, horizon, days, rules=rules, span=span))
            if horizon == min(rules.horizons):
                daily[signal.name] = tuple(zip(days.days.tolist(), days.coefficients.tolist(), strict=True))
    findings.sort(key=lambda one: [signal.name for signal in signals].index(one.signal))
    known = sum(one.days > 0 for one in findings)
    corrected = holm([one.p_value for one in findings], hypotheses=known + tried)
    sure = zip(findings, corrected, strict=True)
    return Study(
        findings=tuple(replace(finding, p_family=p_family) for finding, p_family in sure),
        turnover={name: turnover(one, quantiles=rules.quantiles, least=rules.least) for name, one in observed.items()},
        hypotheses=known + tried,
        counts=dict(panel.counts),
        tickers=len(prices),
        daily=daily,
        from_midnight=all(not (series.starts % DAY).any() for series in prices.values()),
    )


def _days(observed: Observations, gains: Mapping[str, Floats], rules: Rules) -> Days:
    pairs = zip(observed.tickers, observed.places.tolist(), strict=True)
    returns = np.array([gains[ticker][place] for ticker, place in pairs], np.float64)
    least = max(rules.least, rules.quantiles)
    return figures_by_day(observed.starts, observed.values, returns, quantiles=rules.quantiles, least=least)


def _finding(signal: Signal, horizon: int, days: Days, *, rules: Rules, span: int) -> Finding:
    draws = draw(len(days.days), samples=rules.samples, span=span, seed=rules.seed)
    coefficient = draws.interval(days.coefficients)
    whole = ~np.isnan(days.spreads)
    of_spread = draw(int(whole.sum()), samples=rules.samples, span=span, seed=rules.seed)
    limit = signal.doubtful if rules.doubtful is None else rules.doubtful
    judged = days.judged.sum()
    return Finding(
        signal=signal.name,
        horizon=horizon,
        pairs=days.pairs,
        days=len(days.days),
        coefficient=coefficient,
        p_value=draws.p_value(days.coefficients),
        p_family=None,
        hit_rate=draws.interval(days.hits, days.judged),
        hit_rate_by_chance=float(days.expected.sum() / judged) if judged else None,
        quantiles=tuple(_mean(days.quantiles[:, place]) for place in range(rules.quantiles)),
        spread=of_spread.interval(days.spreads[whole]),
        doubtful=coefficient.value is not None and abs(coefficient.value) > limit,
    )


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
