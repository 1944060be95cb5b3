"""Strengths that a test planted in a market come out again, within their errors."""

from __future__ import annotations

import numpy as np
import pytest

from stream_app.calibration.estimation import LEVEL, OWN, Strength, estimate_topics, estimate_ways, with_strengths
from stream_app.calibration.panel import Panel, make_panel
from stream_app.calibration.spread import Spreader
from stream_app.calibration.strengths import ridge_to_prior
from stream_app.causal.parameters import from_json, to_json
from stream_app.knowledge.dependence import DependenceKind
from tests.calibration_world import Market, market
from tests.causal_world import PARAMETERS

PLANTED = {DependenceKind.SUPPLIES: 0.4, DependenceKind.OWNS: 1.6, DependenceKind.LENDS_TO: 0.0}
WAYS = {f"{kind}.forward": strength for kind, strength in PLANTED.items()}


@pytest.fixture(scope="module")
def world() -> tuple[Market, Panel]:
    made = market(PLANTED)
    spreader = Spreader(made.graph, PARAMETERS, made.history.companies)
    return made, make_panel(made.shocks, made.history, spreader, threshold=0.001)


def _found(world: tuple[Market, Panel], **how: bool) -> dict[str, Strength]:
    made, panel = world
    days = np.arange(200, len(made.history.days))
    return {one.name: one for one in estimate_ways(panel, made.history, days, parameters=PARAMETERS, **how)}


def test_planted_strengths_are_found_within_their_errors(world: tuple[Market, Panel]) -> None:
    found = _found(world)
    assert found.keys() == {*WAYS, OWN, LEVEL}
    for way, strength in WAYS.items():
        assert abs(found[way].value - strength) < 3 * found[way].error
        assert found[way].error < 0.25
    assert found["owns.forward"].value - found["supplies.forward"].value > 0.5
    assert abs(found[OWN].value) < 3 * found[OWN].error


def test_what_moves_the_next_day_is_no_association_of_the_same_day(world: tuple[Market, Panel]) -> None:
    found = _found(world, same_day=True)
    assert all(abs(found[way].value) < 0.25 for way in WAYS)


def test_a_topic_moves_all_its_relations_alike(world: tuple[Market, Panel]) -> None:
    made, panel = world
    days = np.arange(200, len(made.history.days))
    found = {one.name: one for one in estimate_topics(panel, made.history, days, parameters=PARAMETERS)}
    mean = sum(PLANTED.values()) / len(PLANTED)
    assert abs(found["general_news"].value - mean) < 3 * found["general_news"].error


def test_without_rows_the_prior_stands() -> None:
    nothing = ridge_to_prior(
        np.zeros((50, 1)), np.arange(50.0), np.arange(50), prior=np.ones(1), spread=np.ones(1), lags=0
    )
    assert nothing.values == pytest.approx([1.0])
    assert nothing.from_prior == pytest.approx([1.0])


def test_rows_of_one_day_that_move_together_do_not_pass_for_many() -> None:
    random = np.random.default_rng(3)
    days = np.repeat(np.arange(40), 50)
    design = np.repeat(random.normal(size=40), 50)[:, np.newaxis]
    moves = np.repeat(random.normal(size=40), 50)
    found = ridge_to_prior(design, moves, days, prior=np.zeros(1), spread=np.full(1, np.inf), lags=0)
    assert 0.08 < found.errors[0] < 0.3


def test_fitted_numbers_take_the_place_of_the_priors_and_none_is_below_nothing() -> None:
    ways = [Strength("supplies.forward", 0.5, 0.1, 0.1, 900), Strength("owns.forward", -0.2, 0.1, 0.1, 900)]
    fitted = with_strengths(PARAMETERS, ways, [Strength("earnings", 0.5, 0.1, 0.1, 900)], name="fitted")
    assert fitted.strengths == {"supplies.forward": 0.5, "owns.forward": 0.0}
    assert fitted.transmission["earnings"]["upstream"] == PARAMETERS.transmission["earnings"]["upstream"] / 2
    assert fitted.transmission["dividend"] == PARAMETERS.transmission["dividend"]
    assert from_json(to_json(fitted)) == fitted
