"""Figures say how well a signal did, and their intervals how sure that is."""

from __future__ import annotations

import numpy as np
import pytest

from stream_app.calibration.skill import hit_rate, information_coefficient, mean_by_day

RANDOM = np.random.default_rng(5)
MOVES = RANDOM.normal(size=(80, 30))


def test_a_signal_that_knows_all_has_a_coefficient_of_one() -> None:
    found = information_coefficient(np.exp(MOVES), MOVES, block=5)
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 1.0, 1.0))
    assert (found.rows, found.days) == (2400, 80)
    assert information_coefficient(-np.exp(MOVES), MOVES, block=5).value == pytest.approx(-1.0)


def test_the_interval_of_chance_holds_nothing() -> None:
    found = information_coefficient(RANDOM.normal(size=MOVES.shape), MOVES, block=5)
    assert found.low < 0 < found.high
    assert abs(found.value) < 0.06


def test_only_companies_with_a_signal_and_a_move_count() -> None:
    signal = MOVES.copy()
    signal[:, 12:] = 0
    moves = MOVES.copy()
    moves[:40, :5] = np.nan
    found = information_coefficient(signal, moves, block=5)
    assert (found.rows, found.days) == (40 * 12, 40)


def test_hits_are_equal_signs() -> None:
    signal = np.array([[1.0, -1.0, 0.0], [2.0, 2.0, 2.0]])
    moves = np.array([[0.5, 0.5, 1.0], [0.1, np.nan, -0.1]])
    found = hit_rate(signal, moves, block=1)
    assert (found.value, found.rows) == (0.5, 4)


def test_days_that_move_as_one_widen_the_interval() -> None:
    days = np.repeat(np.arange(40), 100)
    alike = np.repeat(RANDOM.normal(size=40), 100)
    apart = RANDOM.normal(size=4000)
    wide, narrow = (mean_by_day(values, days, block=5) for values in (alike, apart))
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


@pytest.mark.parametrize("days", [30, 60, 250])
def test_intervals_hold_the_truth_also_where_blocks_are_few(days: int) -> None:
    dice = np.random.default_rng(days)
    held = 0
    for _ in range(150):
        one = mean_by_day(dice.normal(size=days), np.arange(days), block=10)
        held += one.low <= 0 <= one.high
    assert 0.9 <= held / 150 <= 0.995


def test_of_nothing_nothing_is_known() -> None:
    found = mean_by_day(np.zeros(0), np.zeros(0, np.int64), block=5)
    assert np.isnan([found.value, found.low, found.high]).all()
    assert found.rows == 0
