"""Bad news of a storm is that it comes: the level of an indicator whose rise hurts goes up by it."""

from __future__ import annotations

import pytest

from stream_app.causal.arcs import make_causal_graph
from stream_app.causal.exposures import Limits
from stream_app.causal.risks import RiskModel
from stream_app.causal.shock import shock_of
from stream_app.events.entity import EntityKind, EntityRef
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from tests.causal_world import PARAMETERS, name, shocking, statement
from tests.factories import START, entity

STORMS, TOURISM, PRICES = "macro_indicator:storms", "macro_indicator:tourism", "macro_indicator:prices"
OIL = "commodity:oil"


def affects(source: str, target: str, sign: int) -> Dependence:
    return statement(source, DependenceKind.AFFECTS, target, forward=Transmission(sign, 0.3), backward=None)


GRAPH = make_causal_graph(
    [
        *(entity(key, kind=EntityKind.MACRO_INDICATOR) for key in (STORMS, TOURISM, PRICES)),
        entity(OIL, kind=EntityKind.COMMODITY),
        *(entity(name(number)) for number in range(3)),
    ],
    [
        affects(STORMS, name(0), -1),
        affects(TOURISM, name(0), 1),
        affects(PRICES, name(1), -1),
        affects(PRICES, name(2), 1),
        affects(TOURISM, OIL, -1),
    ],
    version="kg-test",
)


def test_dreaded_is_what_hurts_nearly_all_whose_fortunes_it_touches() -> None:
    assert GRAPH.dreaded == {STORMS}


@pytest.mark.parametrize(("key", "sign"), [(STORMS, 1), (TOURISM, -1), (PRICES, -1)])
def test_bad_news_of_what_is_dreaded_is_its_rise(key: str, sign: int) -> None:
    ref = EntityRef(id=key, name="It", kind=EntityKind.MACRO_INDICATOR)
    shock = shock_of(shocking(entity=ref), PARAMETERS, dreaded=GRAPH.dreaded)
    assert shock is not None
    assert shock.value * sign > 0


@pytest.mark.parametrize("key", [STORMS, TOURISM])
def test_bad_news_hurts_whom_the_indicator_touches_either_way(key: str) -> None:
    model = RiskModel(GRAPH, PARAMETERS, Limits(threshold=0.0001, most=5))
    event = shocking(entity=EntityRef(id=key, name="It", kind=EntityKind.MACRO_INDICATOR))
    effects = model.effects_of(event, processed_at=START)
    assert [one.direction for one in effects if one.exposed.id == name(0)] == ["adverse"]
