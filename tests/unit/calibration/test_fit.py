"""A whole fit: what is written is usable, chance finds nothing, and what looks like a leak is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from stream_app.calibration.baselines import industries_alone, rewired
from stream_app.calibration.fit import (
    FITTED,
    INDUSTRIES,
    NEIGHBOURS,
    OWN_NEWS,
    PRIORS,
    Fit,
    Ground,
    Split,
    check_plausible,
    fit,
)
from stream_app.calibration.report import report_of
from stream_app.calibration.skill import Figure
from stream_app.causal.parameters import from_json, to_json
from stream_app.errors import ConfigurationError, DataError
from stream_app.knowledge.dependence import DependenceKind
from tests.calibration_world import FIRST, market
from tests.causal_world import PARAMETERS

KINDS = (DependenceKind.SUPPLIES, DependenceKind.OWNS)
SPLIT = Split(FIRST + timedelta(days=450), FIRST + timedelta(days=560), FIRST + timedelta(days=670))


def _watch(_: str) -> Callable[[], None]:
    return lambda: None


def _fitted(strength: float, *, keep_strengths: bool = False) -> Fit:
    made = market(dict.fromkeys(KINDS, strength), days=480)
    ground = Ground(made.history, made.shocks, made.graph, 0.001)
    return fit(ground, PARAMETERS, SPLIT, keep_strengths=keep_strengths, seeds=1, watch=_watch)


@pytest.fixture(scope="module")
def chance() -> Fit:
    return _fitted(0.0)


def test_a_planted_leak_is_refused() -> None:
    found = _fitted(6.0)
    assert found.variant(PRIORS).signal.next_day.value > 0.2
    with pytest.raises(DataError, match="a leak until shown otherwise"):
        check_plausible(found)


@pytest.mark.parametrize(
    ("told", "is_refused"), [((0.04, 0.02), False), ((0.07, -0.01), False), ((0.07, 0.01), True), ((-0.1, -0.2), False)]
)
def test_more_than_has_ever_been_seen_is_refused_where_it_is_no_chance(
    chance: Fit, told: tuple[float, float], *, is_refused: bool
) -> None:
    figure = Figure(told[0], told[1], 0.2, 1000, 60)
    plain = Figure(0.0, -0.1, 0.1, 1000, 60)
    variants = tuple(
        replace(one, signal=replace(one.signal, next_day=figure if one.name == PRIORS else plain))
        for one in chance.variants
    )
    found = replace(chance, variants=variants)
    with pytest.raises(DataError) if is_refused else nullcontext():
        check_plausible(found)
    assert found.variant(PRIORS).signal.next_day == figure


def test_the_probabilities_of_chance_lie_close_together(chance: Fit) -> None:
    checked = chance.variant(PRIORS).chances
    assert checked is not None
    assert checked.error_after < checked.error_before
    assert checked.after.value < checked.before.value
    assert checked.gain.low < 0.001


def test_only_the_curve_changes_unless_strengths_are_kept(chance: Fit) -> None:
    assert (chance.parameters.strengths, chance.parameters.transmission) == ({}, PARAMETERS.transmission)
    assert chance.parameters.name == "calibrated"
    assert chance.parameters.calibration != PARAMETERS.calibration
    assert _fitted(0.0, keep_strengths=True).parameters.strengths.keys() == {f"{kind}.forward" for kind in KINDS}


def test_a_topic_corrects_only_what_is_left_once_relations_are_corrected() -> None:
    """All relations bring a third of their priors: that is no matter of the topic."""
    found = _fitted(0.3, keep_strengths=True)
    assert all(found.parameters.strengths[f"{kind}.forward"] < 0.8 for kind in KINDS)
    after, before = (one.transmission["general_news"]["owns"] for one in (found.parameters, PARAMETERS))
    assert 0.85 < after / before < 1.15


def test_what_is_written_can_be_read(chance: Fit) -> None:
    assert from_json(to_json(chance.parameters)) == chance.parameters


def test_every_comparison_is_reported(chance: Fit) -> None:
    names = [one["name"] for one in report_of(chance)["variants"]]
    assert names == [PRIORS, FITTED, INDUSTRIES, "random 1", OWN_NEWS, NEIGHBOURS]


def test_stretches_that_do_not_follow_each_other_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="must follow each other"):
        Split(SPLIT.until, SPLIT.strengths_until, SPLIT.check_until)


def test_a_dealt_out_graph_keeps_who_has_how_many_relations() -> None:
    graph = market(dict.fromkeys(KINDS, 1.0), days=10).graph
    other = rewired(graph, 1)
    for ends in ("source", "target"):
        told = [Counter((getattr(one, ends), one.kind) for one in each.statements) for each in (graph, other)]
        assert told[0] == told[1]
    assert set(graph.statements) != set(other.statements)
    assert rewired(graph, 1).statements == other.statements


def test_industries_alone_leave_no_other_relation() -> None:
    assert not industries_alone(market(dict.fromkeys(KINDS, 1.0), days=10).graph).statements
