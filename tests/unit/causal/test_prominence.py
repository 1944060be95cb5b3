"""Of those whom a shock reaches, the better known are told of first, and are ordered by what it does to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stream_app.causal.exposures import Limits, exposures, reach_of
from stream_app.knowledge.dependence import Transmission
from tests.causal_world import PARAMETERS, graph_of, name, supplies
from tests.factories import START

LITTLE_KNOWN, KNOWN, OTHERS = 1, 2, range(3, 8)


@pytest.mark.parametrize(("prominence", "first"), [(0.0, LITTLE_KNOWN), (0.5, KNOWN)])
def test_who_deals_with_many_is_chosen_before_who_is_hit_a_little_harder(prominence: float, first: int) -> None:
    graph = graph_of(
        supplies(0, LITTLE_KNOWN, forward=Transmission(1, 0.2)),
        supplies(0, KNOWN, forward=Transmission(1, 0.15)),
        *(supplies(KNOWN, other) for other in OTHERS),
    )
    parameters = replace(PARAMETERS, prominence=prominence)
    reach = reach_of(graph, name(0), START, rates=parameters.rates(None), parameters=parameters)
    assert reach is not None
    (one,) = exposures(graph, reach, -1.0, parameters=parameters, limits=Limits(0.001, 1))
    assert graph.entities[one.node].id == name(first)
    both = exposures(graph, reach, -1.0, parameters=parameters, limits=Limits(0.001, 2))
    assert [graph.entities[one.node].id for one in both] == [name(LITTLE_KNOWN), name(KNOWN)]
