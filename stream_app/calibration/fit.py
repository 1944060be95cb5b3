"""A whole fit: strengths from the first stretch of a history, calibration from the second, the check on the third.

Numbers that were not fitted are calibrated on both: a quarter is one weather of the market.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.baselines import industries_alone, neighbours_moves, rewired
from stream_app.calibration.chances import chances
from stream_app.calibration.checking import ChanceCheck, SignalCheck, calibrate, check_chances, check_signal
from stream_app.calibration.estimation import Strength, estimate_topics, estimate_ways, with_strengths
from stream_app.calibration.history import History
from stream_app.calibration.panel import Panel, make_panel
from stream_app.calibration.platt import FittedCurve
from stream_app.calibration.shocks import DatedShock
from stream_app.calibration.spread import Spreader
from stream_app.causal.arcs import CausalGraph
from stream_app.causal.parameters import CausalParameters
from stream_app.errors import ConfigurationError, DataError

Days = NDArray[np.int64]
Watch = Callable[[str], Callable[[], None]]
"""Told what is begun; what it gives back is called with each shock that is done."""
SUSPECT_COEFFICIENT = 0.05
PRIORS, FITTED, INDUSTRIES, OWN_NEWS, NEIGHBOURS = "priors", "fitted", "industries", "own news", "neighbours' moves"
WAYS_ALONE = "fitted relations"


@dataclass(frozen=True, slots=True)
class Split:
    """Last days of three stretches that follow each other, each included."""

    strengths_until: date
    until: date
    check_until: date

    def __post_init__(self) -> None:
        if not self.strengths_until < self.until < self.check_until:
            raise ConfigurationError(
                "the stretches must follow each other: strengths, then calibration, then the check"
            )


@dataclass(frozen=True, slots=True)
class Ground:
    """What a fit stands on: prices, shocks and graph."""

    history: History
    shocks: Sequence[DatedShock]
    graph: CausalGraph
    threshold: float


@dataclass(frozen=True, slots=True)
class Variant:
    """One set of numbers, or one graph, with its curve, as it was held against the check period."""

    name: str
    signal: SignalCheck
    chances: ChanceCheck | None
    curve: FittedCurve | None


@dataclass(frozen=True, slots=True)
class Fit:
    """What a fit found. `ways` and `topics` are of prediction; `same_day` of the moves up to the same close."""

    parameters: CausalParameters
    ways: tuple[Strength, ...]
    topics: tuple[Strength, ...]
    same_day: tuple[Strength, ...]
    variants: tuple[Variant, ...]
    days: tuple[int, int, int]

    def variant(self, name: str) -> Variant:
        """Return the variant of that name."""
        return next(one for one in self.variants if one.name == name)


def fit(
    ground: Ground, parameters: CausalParameters, split: Split, *, keep_strengths: bool, seeds: int, watch: Watch
) -> Fit:
    """Return the fit; its parameters have the fitted strengths where `keep_strengths`, and the curve that goes with it.

    Random graphs are dealt out `seeds` times.
    """
    history, stretches = ground.history, _stretches(ground.history, split)
    trial = _Trial(ground, stretches, watch)
    plain = trial.panel(PRIORS, ground.graph, parameters)
    ways = estimate_ways(plain, history, stretches[0], parameters=parameters)
    # Both are factors of the same effects: topics correct what is left once relations are.
    by_way = with_strengths(parameters, ways, (), name=WAYS_ALONE)
    topics = estimate_topics(trial.panel(WAYS_ALONE, ground.graph, by_way), history, stretches[0], parameters=by_way)
    fitted = with_strengths(parameters, ways, topics, name=FITTED)
    priors = trial.variant(PRIORS, plain, parameters)
    other = trial.variant(FITTED, trial.panel(FITTED, ground.graph, fitted), fitted, is_fitted=True)
    chosen, kept = (fitted, other) if keep_strengths else (replace(parameters, name="calibrated"), priors)
    return Fit(
        replace(chosen, calibration=kept.curve.curve) if kept.curve else chosen,
        ways,
        topics,
        estimate_ways(plain, history, stretches[0], parameters=parameters, same_day=True),
        (priors, other, *trial.baselines(plain, parameters, seeds=seeds)),
        (len(stretches[0]), len(stretches[1]), len(stretches[2])),
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """Makes panels of graphs and numbers, calibrates them, and checks them on the third stretch."""

    ground: Ground
    stretches: tuple[Days, Days, Days]
    watch: Watch

    def panel(self, name: str, graph: CausalGraph, parameters: CausalParameters) -> Panel:
        history = self.ground.history
        spreader = Spreader(graph, parameters, history.companies)
        threshold = self.ground.threshold
        return make_panel(self.ground.shocks, history, spreader, threshold=threshold, on_shock=self.watch(name))

    def variant(self, name: str, panel: Panel, parameters: CausalParameters, *, is_fitted: bool = False) -> Variant:
        """Calibrate on what came before the check, but for the days that the numbers themselves were fitted to."""
        history, (first, middle, last) = self.ground.history, self.stretches
        before = middle if is_fitted else np.concatenate([first, middle])
        curve, constant = calibrate(panel, history, before, parameters=parameters)
        rows = chances(panel, history, last, parameters=parameters)
        signal = check_signal(panel.expected, panel.fresh.sum(axis=2), history=history, days=last)
        return Variant(name, signal, check_chances(rows, curve.curve, constant), curve)

    def baselines(self, plain: Panel, parameters: CausalParameters, *, seeds: int) -> tuple[Variant, ...]:
        ground, history, last = self.ground, self.ground.history, self.stretches[2]
        graphs = [(INDUSTRIES, industries_alone(ground.graph))]
        graphs += [(f"random {seed + 1}", rewired(ground.graph, seed)) for seed in range(seeds)]
        linked = [self.variant(name, self.panel(name, graph, parameters), parameters) for name, graph in graphs]
        near = neighbours_moves(history, Spreader(ground.graph, parameters, history.companies), last.tolist())
        moves = [(OWN_NEWS, plain.own), (NEIGHBOURS, near)]
        return (
            *linked,
            *(Variant(name, check_signal(one, one, history=history, days=last), None, None) for name, one in moves),
        )


def check_plausible(found: Fit) -> None:
    """Raise DataError where propagated risk says more of the next day than has ever been seen: a leak, most likely."""
    for name in (PRIORS, FITTED):
        one = found.variant(name).signal.next_day
        if one.value > SUSPECT_COEFFICIENT and one.low > 0:
            raise DataError(
                f"{name}: an information coefficient of {one.value:.3f} for the next day is a leak until shown "
                f"otherwise (over {SUSPECT_COEFFICIENT}): look whether events bear the time at which they were known; "
                "--believe writes the numbers all the same"
            )


def _stretches(history: History, split: Split) -> tuple[Days, Days, Days]:
    known = np.flatnonzero(np.isfinite(history.usual).any(axis=1))
    if not len(known):
        raise DataError("the bars are too few: usual volatilities need some 180 trading days before the first event")
    first = history.days[int(known[0])]
    bounds = [(date.min, split.strengths_until), (split.strengths_until, split.until), (split.until, split.check_until)]
    found = []
    for begin, end in bounds:
        days = history.between(first, end)
        days = days[[history.days[day] > begin for day in days.tolist()]] if len(days) else days
        if not len(days):
            raise DataError(f"there are no trading days from {max(begin, first)} to {end}: choose other dates")
        found.append(days)
    return found[0], found[1], found[2]
