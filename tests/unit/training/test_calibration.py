"""A temperature undoes what made probabilities too sure, and says so in the calibration error."""

from __future__ import annotations

import numpy as np
import pytest

from stream_app.training.calibration import (
    at_temperature,
    calibration_by_chance,
    calibration_error,
    cross_fitted,
    fit_temperature,
    fit_to_sets,
)
from stream_app.training.judged import Judged, score, score_at


@pytest.mark.parametrize("heat", [0.5, 1.0, 2.0])
def test_fit_finds_the_temperature_that_was_put_in(heat: float) -> None:
    rng = np.random.default_rng(5)
    true = rng.dirichlet(np.ones(3), 4_000)
    labels = np.array([rng.choice(3, p=row) for row in true])
    distorted = at_temperature(true, 1 / heat)
    assert fit_temperature(distorted, labels) == pytest.approx(heat, rel=0.1)
    assert calibration_error(at_temperature(distorted, heat), labels) < 0.03


def test_overconfidence_is_an_error() -> None:
    sure = np.tile([0.01, 0.99], (100, 1))
    assert calibration_error(sure, np.arange(100) % 2) == pytest.approx(0.49)
    assert calibration_error(sure, np.ones(100, dtype=int)) == pytest.approx(0.01)


@pytest.mark.parametrize("rows", [50, 500, 5_000])
def test_error_of_true_probabilities_is_that_of_chance(rows: int) -> None:
    rng = np.random.default_rng(9)
    true = rng.dirichlet(np.ones(3), rows)
    errors = [calibration_error(true, np.array([rng.choice(3, p=row) for row in true])) for _ in range(20)]
    assert calibration_by_chance(true) == pytest.approx(np.mean(errors), rel=0.2)
    assert calibration_by_chance(np.eye(3)[[0, 1, 2]]) == 0


def test_no_row_has_a_say_in_its_own_temperature() -> None:
    rng = np.random.default_rng(8)
    true = rng.dirichlet(np.ones(3), 4_000)
    right = np.eye(3, dtype=np.bool_)[[rng.choice(3, p=row) for row in true]]
    half = rng.random(4_000) < 0.5
    apart = cross_fitted(true, right, half)
    turned = right.copy()
    turned[half] = np.roll(right[half], 1, axis=1)
    assert np.array_equal(cross_fitted(true, turned, half)[half], apart[half])
    assert not np.allclose(cross_fitted(true, turned, half)[~half], apart[~half])
    assert np.array_equal(cross_fitted(true, right, np.ones(4_000, dtype=np.bool_)), true)


def test_calibration_at_a_temperature_is_that_of_halves_and_all_else_is_as_asked() -> None:
    rng = np.random.default_rng(10)
    true = rng.dirichlet(np.ones(3), 2_000)
    labels = np.array([rng.choice(3, p=row) for row in true])
    judged = Judged(at_temperature(true, 0.5), labels, rng.random(2_000) < 0.5)
    asked, apart = judged.at(judged.temperature()), judged.cross_fitted()
    found = score_at(asked, judged.temperature())
    assert found.calibration_error == pytest.approx(calibration_error(apart.probabilities, labels))
    assert found.calibration_error < score(judged).calibration_error
    assert found.accuracy == score(asked).accuracy == score(judged).accuracy


def test_a_set_of_one_right_class_is_a_label() -> None:
    rng = np.random.default_rng(6)
    probabilities, labels = rng.dirichlet(np.ones(4), 300), rng.integers(0, 4, 300)
    right = np.eye(4, dtype=np.bool_)[labels]
    assert fit_to_sets(probabilities, right) == fit_temperature(probabilities, labels)


def test_rows_where_everything_is_right_say_nothing_of_the_temperature() -> None:
    rng = np.random.default_rng(7)
    true = rng.dirichlet(np.ones(3), 4_000)
    labels = np.array([rng.choice(3, p=row) for row in true])
    distorted = np.concatenate((at_temperature(true, 0.5), rng.dirichlet(np.ones(3), 4_000)))
    right = np.concatenate((np.eye(3, dtype=np.bool_)[labels], np.ones((4_000, 3), dtype=np.bool_)))
    assert fit_to_sets(distorted, right) == pytest.approx(2.0, rel=0.1)
