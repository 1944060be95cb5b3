"""The curve tells how often it comes true, never falls, and keeps the order even where scores say nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.calibration.platt import LEAST_SLOPE, fit_curve
from stream_app.causal.curve import UNCHANGED, Curve

RANDOM = np.random.default_rng(11)
SCORES = RANDOM.uniform(0.12, 0.95, 8000)
DAYS = np.repeat(np.arange(80), 100)


def test_a_planted_curve_is_found_within_its_errors() -> None:
    planted = Curve(-1.2, 0.4)
    chance = np.array([planted(score) for score in SCORES.tolist()])
    found = fit_curve(SCORES, RANDOM.uniform(size=8000) < chance, DAYS, lags=3)
    assert abs(found.curve.intercept - planted.intercept) < 3 * found.intercept_error
    assert abs(found.curve.slope - planted.slope) < 3 * found.slope_error
    assert found.slope_error < 0.1


@pytest.mark.parametrize("sense", [0.0, -0.3])
def test_where_scores_say_nothing_the_curve_is_almost_flat_but_still_rises(sense: float) -> None:
    happened = RANDOM.uniform(size=8000) < 0.15 + sense * (SCORES - 0.5) * (sense < 0)
    found = fit_curve(SCORES, happened, DAYS, lags=3)
    assert found.curve.slope >= LEAST_SLOPE
    assert np.mean([found.curve(score) for score in SCORES.tolist()]) == pytest.approx(happened.mean(), abs=1e-3)
    assert found.curve(0.2) < found.curve(0.9) < found.curve(0.2) + 0.1


@given(
    intercept=st.floats(-5, 5),
    slope=st.floats(0.02, 3),
    scores=st.lists(st.floats(0, 1), min_size=2, max_size=5, unique=True),
)
def test_a_curve_stays_in_bounds_and_never_falls(intercept: float, slope: float, scores: list[float]) -> None:
    told = [Curve(intercept, slope)(score) for score in sorted(scores)]
    assert all(0 <= one <= 1 for one in told)
    assert told == sorted(told)


@given(score=st.floats(0, 1))
def test_the_unchanged_curve_changes_nothing(score: float) -> None:
    assert UNCHANGED(score) == score


@pytest.mark.parametrize("slope", [0.0, -1.0, float("nan")])
def test_a_curve_that_loses_the_order_is_refused(slope: float) -> None:
    with pytest.raises(ValueError, match="slope"):
        Curve(0.0, slope)
