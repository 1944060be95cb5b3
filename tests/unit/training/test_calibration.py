"""The calibration error says how far probabilities are from coming true."""

from __future__ import annotations

import numpy as np
import pytest

from stream_app.training.calibration import calibration_by_chance, calibration_error


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
