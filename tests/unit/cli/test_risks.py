"""Risks are printed so that neither side hides the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stream_app.cli.risks import of_both_sides
from stream_app.events.examples import example
from stream_app.events.risk_event import RiskEvent
from stream_app.events.topics import RISK

ONE = example(RISK)
SIDES = st.lists(st.sampled_from(["adverse", "favourable"]), max_size=20)


def risks(directions: list[str]) -> list[RiskEvent]:
    assert isinstance(ONE, RiskEvent)
    return [ONE.model_copy(update={"direction": way, "event_id": str(at)}) for at, way in enumerate(directions)]


def test_ten_who_gain_do_not_hide_the_first_who_loses() -> None:
    told = of_both_sides(risks(["favourable"] * 10 + ["adverse"] * 2))
    assert [one.direction for one in told[:5]] == ["favourable", "adverse", "favourable", "adverse", "favourable"]


@given(directions=SIDES)
def test_each_side_keeps_its_order_and_nobody_is_lost(directions: list[str]) -> None:
    given_ones = risks(directions)
    told = of_both_sides(given_ones)
    for way in ("adverse", "favourable"):
        assert [one for one in told if one.direction == way] == [one for one in given_ones if one.direction == way]
    assert len(told) == len(given_ones)
