"""Figures of an ablation are what their definitions say, with any weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.research.ablation.figures import area, draw_groups, matthews, mean

ROWS = st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 3)), min_size=2, max_size=30)


@given(rows=ROWS)
@settings(max_examples=100)
def test_area_is_the_chance_that_a_yes_is_above_a_no(rows: list[tuple[int, bool, int]]) -> None:
    scores, truth, weights = (np.array(one) for one in zip(*rows, strict=True))
    found = area(scores.astype(float), truth, weights.astype(float))
    repeated = [(score, yes) for score, yes, count in rows for _ in range(count)]
    above = [one for one, yes in repeated if yes]
    below = [one for one, yes in repeated if not yes]
    if not above or not below:
        assert np.isnan(found)
        return
    wins = [(one > other) + (one == other) / 2 for one in above for other in below]
    assert found == pytest.approx(np.mean(wins))


@given(rows=ROWS)
@settings(max_examples=100)
def test_matthews_is_the_correlation_of_yes_and_no(rows: list[tuple[int, bool, int]]) -> None:
    scores, truth, weights = (np.array(one) for one in zip(*rows, strict=True))
    found = matthews(scores > 1, truth, weights.astype(float))
    said, is_so = np.repeat(scores > 1, weights), np.repeat(truth, weights)
    if len(said) and said.std() and is_so.std():
        assert found == pytest.approx(np.corrcoef(said, is_so)[0, 1])
    else:
        assert found == 0


def test_groups_are_drawn_whole_and_as_many_as_there_are() -> None:
    groups = np.array([7, 7, 3, 3, 3, 9])
    drawn = draw_groups(groups, samples=200, seed=1).rows
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert (drawn[:, 2] == drawn[:, 4]).all()
    assert (drawn[:, [0, 2, 5]].sum(axis=1) == 3).all()


def test_interval_holds_the_figure_and_narrows_with_more_groups() -> None:
    random = np.random.default_rng(3)

    def width(count: int) -> float:
        values = random.normal(size=count)
        found = draw_groups(np.arange(count), samples=400, seed=0).interval(lambda weights: mean(values, weights))
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low < found.value < found.high
        return found.high - found.low

    assert width(50) > 2 * width(1000)


def test_figure_that_is_none_has_no_interval() -> None:
    found = draw_groups(np.arange(3), samples=10, seed=0).interval(lambda _: float("nan"))
    assert (found.value, found.low, found.high) == (None, None, None)
