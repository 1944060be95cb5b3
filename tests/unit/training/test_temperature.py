"""A temperature undoes what made probabilities too sure, and is itself undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.training.calibration import calibration_error
from stream_app.training.judged import Judged, score, score_at
from stream_app.training.temperature import (
    Labels,
    Probabilities,
    Temperature,
    cross_fitted,
    fit_temperature,
    fit_to_sets,
    temperatures_told,
)

levels = st.floats(0.5, 2.0)
doubts = st.floats(-0.5, 1.5)


def drawn(rows: int, *, classes: int = 3, seed: int = 5) -> tuple[Probabilities, Labels]:
    """Return probabilities, and labels that make them true."""
    rng = np.random.default_rng(seed)
    true = rng.dirichlet(np.ones(classes), rows)
    return true, np.array([rng.choice(classes, p=row) for row in true])


@pytest.mark.parametrize("level", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("doubt", [0.0, 0.8])
def test_fit_finds_the_temperature_that_was_put_in(level: float, doubt: float) -> None:
    true, labels = drawn(6_000)
    put_in = Temperature(level, doubt)
    distorted = put_in.undone(true)
    found = fit_temperature(distorted, labels)
    wavering = distorted[distorted.max(axis=-1) < 0.8]
    assert found.of(wavering) == pytest.approx(put_in.of(wavering), rel=0.15)
    assert calibration_error(found.applied(distorted), labels) < 0.03


@given(levels, doubts, st.integers(2, 20))
def test_what_is_undone_was_applied(level: float, doubt: float, classes: int) -> None:
    true = 0.9 * drawn(50, classes=classes)[0] + 0.1 / classes  # none so small that it is taken for nought
    temperature = Temperature(level, doubt)
    assert temperature.undone(temperature.applied(true)) == pytest.approx(true, abs=1e-5)


@given(levels, doubts)
def test_no_temperature_changes_which_class_is_likeliest(level: float, doubt: float) -> None:
    true, _ = drawn(50)
    assert np.array_equal(Temperature(level, doubt).applied(true).argmax(axis=-1), true.argmax(axis=-1))


def test_temperature_goes_from_where_a_head_is_sure_to_where_it_knows_nothing() -> None:
    ends = Temperature(1.2, 0.5).of(np.array([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]]))
    assert ends[:, 0] == pytest.approx([1.2, 1.2 * np.exp(0.5)])


def test_versions_from_before_have_one_number_a_head() -> None:
    told = temperatures_told({"document": 1.5, "mention": {"level": 1.2, "doubt": 0.3}})
    assert told == {"document": Temperature(1.5), "mention": Temperature(1.2, 0.3)}


def test_no_row_has_a_say_in_its_own_temperature() -> None:
    true, labels = drawn(4_000, seed=8)
    right = np.eye(3, dtype=np.bool_)[labels]
    fold = np.random.default_rng(8).integers(0, 4, 4_000)
    own = fold == 2
    apart = cross_fitted(true, right, fold)
    turned = right.copy()
    turned[own] = np.roll(right[own], 1, axis=1)
    assert np.array_equal(cross_fitted(true, turned, fold)[own], apart[own])
    assert not np.allclose(cross_fitted(true, turned, fold)[~own], apart[~own])
    assert np.array_equal(cross_fitted(true, right, np.zeros(4_000, dtype=np.int64)), true)


def test_calibration_at_a_temperature_is_that_of_folds_and_all_else_is_as_asked() -> None:
    true, labels = drawn(2_000, seed=10)
    judged = Judged(Temperature(0.5).applied(true), labels, np.random.default_rng(10).integers(0, 10, 2_000))
    asked, apart = judged.at(judged.temperature()), judged.cross_fitted()
    found = score_at(asked, judged.temperature())
    assert found.calibration_error == pytest.approx(calibration_error(apart.probabilities, labels), abs=1e-4)
    assert found.calibration_error < score(judged).calibration_error
    assert found.accuracy == score(asked).accuracy == score(judged).accuracy


def test_a_set_of_one_right_class_is_a_label() -> None:
    rng = np.random.default_rng(6)
    probabilities, labels = rng.dirichlet(np.ones(4), 300), rng.integers(0, 4, 300)
    right = np.eye(4, dtype=np.bool_)[labels]
    assert fit_to_sets(probabilities, right) == fit_temperature(probabilities, labels)


def test_rows_where_everything_is_right_say_nothing_of_the_temperature() -> None:
    true, labels = drawn(4_000, seed=7)
    distorted = Temperature(0.5).applied(true)
    open_rows = np.random.default_rng(7).dirichlet(np.ones(3), 4_000)
    right = np.concatenate((np.eye(3, dtype=np.bool_)[labels], np.ones((4_000, 3), dtype=np.bool_)))
    alone, beside = fit_temperature(distorted, labels), fit_to_sets(np.concatenate((distorted, open_rows)), right)
    assert (beside.level, beside.doubt) == pytest.approx((alone.level, alone.doubt), abs=1e-3)
