"""Propagation is the sum over all simple paths, neither more nor less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.causal.paths import paths_to
from stream_app.causal.propagation import propagate
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from tests.causal_world import TRAVEL, graph_of, name, simple_paths, statement, statements, supplies
from tests.factories import START, hours


@given(told=statements(), source=st.integers(0, 5))
def test_size_and_net_are_the_sums_over_all_simple_paths(told: list[Dependence], source: int) -> None:
    view = graph_of(*told).at(START)
    reach = propagate(view, source, TRAVEL)
    size, net = [0.0] * view.nodes, [0.0] * view.nodes
    for _, end, carried in simple_paths(view, source, TRAVEL):
        size[end] += abs(carried)
        net[end] += carried
    assert reach.mass.size == pytest.approx(size, abs=1e-6)
    assert reach.mass.net == pytest.approx(net, abs=1e-6)


@given(told=statements(), source=st.integers(0, 5))
def test_paths_are_all_simple_paths_with_what_they_carry(told: list[Dependence], source: int) -> None:
    view = graph_of(*told).at(START)
    found = paths_to(propagate(view, source, TRAVEL), range(view.nodes))
    carried = {path.arcs: (end, path.carried) for end, paths in found.items() for path in paths}
    expected = {arcs: (end, pytest.approx(sent, abs=1e-6)) for arcs, end, sent in simple_paths(view, source, TRAVEL)}
    assert carried == expected


@given(told=statements(), source=st.integers(0, 5), floor=st.sampled_from([0.001, 0.01, 0.1]))
def test_a_floor_only_takes_away(told: list[Dependence], source: int, floor: float) -> None:
    view = graph_of(*told).at(START)
    whole = propagate(view, source, TRAVEL).mass.size
    followed = propagate(view, source, replace(TRAVEL, floor=floor)).mass.size
    assert (followed <= whole + 1e-9).all()


def test_a_cycle_ends_and_gives_its_source_nothing() -> None:
    view = graph_of(*(supplies(at, (at + 1) % 3, backward=None) for at in range(3))).at(START)
    reach = propagate(view, 0, TRAVEL)
    assert reach.mass.size[0] == 0
    assert reach.mass.size[1] == pytest.approx(0.2)


def test_three_relations_are_the_most() -> None:
    view = graph_of(*(supplies(number, number + 1) for number in range(5))).at(START)
    reach = propagate(view, 0, TRAVEL)
    assert [bool(size) for size in reach.mass.size[:6]] == [False, True, True, True, False, False]


def test_two_reversals_are_none() -> None:
    against = {"forward": Transmission(-1, 0.5)}
    view = graph_of(supplies(0, 1, **against), supplies(1, 2, **against)).at(START)
    reach = propagate(view, 0, TRAVEL)
    assert reach.mass.net[1] < 0 < reach.mass.net[2]


def test_lost_orders_do_not_reach_the_suppliers_other_customers() -> None:
    view = graph_of(supplies(1, 0), supplies(1, 2), supplies(3, 1)).at(START)
    reach = propagate(view, 0, TRAVEL)
    assert (reach.mass.size[1] > 0, reach.mass.size[3] > 0, reach.mass.size[2]) == (True, True, 0)


def test_a_rivals_rival_hears_nothing_through_the_rival() -> None:
    rivals = [statement(name(a), DependenceKind.COMPETES_WITH, name(b)) for a, b in ((0, 1), (1, 2))]
    reach = propagate(graph_of(*rivals).at(START), 0, TRAVEL)
    assert (reach.mass.size[1] > 0, reach.mass.size[2]) == (True, 0)


def test_what_is_told_in_two_ways_counts_once() -> None:
    inverse = statement(
        name(1), DependenceKind.CUSTOMER_OF, name(0), forward=Transmission(1, 0.1), backward=Transmission(1, 0.2)
    )
    once, twice = graph_of(supplies(0, 1)).at(START), graph_of(supplies(0, 1), inverse).at(START)
    assert propagate(twice, 0, TRAVEL).mass.size[1] == pytest.approx(propagate(once, 0, TRAVEL).mass.size[1])


def test_a_statement_counts_only_while_it_is_true_and_known() -> None:
    told = supplies(0, 1, valid_from=START, known_from=START + hours(2), valid_to=START + hours(4))
    graph = graph_of(told)
    seen = [bool(propagate(graph.at(START + hours(at)), 0, TRAVEL).mass.size[1]) for at in (-1, 0, 1.9, 2, 3.9, 4, 9)]
    assert seen == [False, False, False, True, True, False, False]


def test_of_two_shares_at_two_times_the_one_in_force_counts() -> None:
    early = supplies(0, 1, forward=Transmission(1, 0.4), valid_to=START)
    late = supplies(0, 1, forward=Transmission(1, 0.1), valid_from=START)
    graph = graph_of(early, late)
    before, after = (propagate(graph.at(START + hours(at)), 0, TRAVEL).mass.size[1] for at in (-1, 1))
    assert (before, after) == (pytest.approx(0.4), pytest.approx(0.1))
