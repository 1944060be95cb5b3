"""The numbers of the model: whole, checked, and told apart by their version."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stream_app.causal.curve import UNCHANGED
from stream_app.causal.parameters import from_json, to_json
from stream_app.causal.ways import CHANNELS, way_of
from stream_app.events.sentiment_event import Topic
from stream_app.knowledge.dependence import DependenceKind
from tests.causal_world import PARAMETERS

METADATA = Path(__file__).parents[3] / "model_repo" / "fusion" / "1" / "metadata.json"
OWNS = way_of(DependenceKind.OWNS, backward=False)
SUPPLIES = way_of(DependenceKind.SUPPLIES, backward=False)


def test_the_table_has_every_topic_of_the_model_and_every_relation() -> None:
    assert PARAMETERS.transmission.keys() == set(json.loads(METADATA.read_text(encoding="utf-8"))["topics"])
    assert all(row.keys() == set(CHANNELS) for row in PARAMETERS.transmission.values())


def test_a_lawsuit_travels_to_owners_rather_than_to_customers() -> None:
    rates = PARAMETERS.rates(Topic(label="legal_regulation", probability=1.0))
    assert rates[OWNS] > rates[SUPPLIES]


def test_a_topic_counts_as_far_as_it_is_sure() -> None:
    usual, half, sure = (
        PARAMETERS.rates(Topic(label="dividend", probability=part) if part is not None else None)[SUPPLIES]
        for part in (None, 0.5, 1.0)
    )
    assert half == pytest.approx((usual + sure) / 2)
    assert PARAMETERS.rates(Topic(label="unheard of", probability=1.0))[SUPPLIES] == usual


def test_numbers_that_went_through_json_are_the_same() -> None:
    again = from_json(to_json(PARAMETERS))
    assert (again, again.version) == (PARAMETERS, PARAMETERS.version)


def test_numbers_of_before_there_was_a_calibration_are_read_without_one() -> None:
    fields = json.loads(to_json(PARAMETERS))
    del fields["calibration"]
    assert from_json(json.dumps(fields)).calibration == UNCHANGED


def test_other_numbers_have_another_version() -> None:
    fitted = replace(PARAMETERS, strengths={"supplies.forward": 0.5})
    assert fitted.version != PARAMETERS.version
    assert fitted.rates(None)[SUPPLIES] == pytest.approx(0.5 * PARAMETERS.rates(None)[SUPPLIES])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tone": {}}', '{"tone": {"company": 1}, "name": "x"}'])
def test_what_is_no_parameters_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_rate": 1.0},
        {"damping": 2.0},
        {"floor": -1.0},
        {"hasten": 0.5},
        {"transmission": {}},
        {"transmission": {"general_news": {"supplies": 1.0}}},
        {"sides": {"demand": {"supplies": 1.0}}},
        {"sides": {"demand": {"upstream": -1.0}}},
    ],
)
def test_numbers_out_of_bounds_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(PARAMETERS, **wrong)


UP = way_of(DependenceKind.CUSTOMER_OF, backward=False)


def test_what_a_text_says_of_demand_or_supply_takes_the_place_of_what_its_topic_would() -> None:
    for topic in (None, Topic(label="legal_regulation", probability=1.0), Topic(label="earnings", probability=0.5)):
        usual, supply, demand, purchases = (
            PARAMETERS.rates(topic, side) for side in (None, "supply", "demand", "purchases")
        )
        assert supply[SUPPLIES] > supply[UP] > 0.5
        assert demand[UP] > 1 > 10 * demand[SUPPLIES] - 0.01
        assert purchases[UP] > demand[UP]
        assert purchases[OWNS] < demand[OWNS] == usual[OWNS] == supply[OWNS]


def test_rivals_share_what_a_company_sells_and_earns_and_gain_what_it_cannot_make() -> None:
    rival = way_of(DependenceKind.COMPETES_WITH, backward=False)
    sure = Topic(label="earnings", probability=1.0)
    assert PARAMETERS.rates(None, "supply")[rival] > 0 > PARAMETERS.rates(None, "results")[rival]
    assert PARAMETERS.rates(sure, "supply")[rival] > 0 > PARAMETERS.rates(sure)[rival]


def test_fitted_strengths_count_on_either_side() -> None:
    fitted = replace(PARAMETERS, strengths={"supplies.forward": 0.5})
    assert fitted.rates(None, "supply")[SUPPLIES] == pytest.approx(0.5 * PARAMETERS.rates(None, "supply")[SUPPLIES])


def test_numbers_of_before_there_were_sides_leave_all_to_the_topic() -> None:
    fields = json.loads(to_json(PARAMETERS))
    del fields["sides"]
    older = from_json(json.dumps(fields))
    assert (older.rates(None, "demand") == older.rates(None)).all()
