"""Risk events: bounded, monotone, nil where the only path is cut, and the same whatever comes twice or together."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.causal.arcs import make_causal_graph
from stream_app.causal.curve import UNCHANGED, Curve
from stream_app.causal.probability import probability, score, size_of_rise
from stream_app.causal.queries import World, arcs_between, do
from stream_app.causal.risks import RiskModel, judge
from stream_app.causal.shock import Shock
from stream_app.events.document import Author
from stream_app.events.entity import EntityKind
from stream_app.events.risk_effect import AliveEffects, RiskEffect
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.span import Span
from stream_app.events.stated_shock import OtherMove, Side, StatedShock
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.entities import Entity
from tests.causal_world import (
    LIMITS,
    PARAMETERS,
    effect,
    graph_of,
    model_of,
    name,
    shocking,
    statement,
    statements,
    supplies,
)
from tests.factories import START, entity, hours

BASE = probability(0.0, PARAMETERS)
PLAIN = replace(PARAMETERS, calibration=UNCHANGED)
POLARITIES = st.floats(-1, 1, allow_nan=False)


def risks_of(model: RiskModel, polarity: float, **fields: object) -> dict[str, RiskEvent]:
    found = {}
    for one in model.effects_of(shocking(polarity=polarity, **fields), processed_at=START):
        _, event = judge(AliveEffects(), one, parameters=model.parameters, threshold=0.0)
        assert event is not None
        found[event.exposed.id] = event
    return found


@pytest.mark.parametrize(("side", "hurt_more"), [("purchases", 1), ("demand", 1), ("supply", 2)])
def test_who_buys_less_hurts_his_suppliers_and_who_makes_less_his_customers(side: Side, hurt_more: int) -> None:
    told = StatedShock(move=-0.9, modality="stated", tense="past", role="cause", certainty=1.0, side=side)
    found = risks_of(model_of(supplies(1, 0), supplies(0, 2)), -0.8, shock=told)
    assert max(found.values(), key=lambda one: one.severity).exposed.id == name(hurt_more)


@pytest.mark.parametrize(("side", "direction", "sign"), [("supply", "favourable", -1), ("results", "adverse", 1)])
def test_rivals_gain_what_one_cannot_make_and_share_what_one_does_not_sell(
    side: Side, direction: str, sign: int
) -> None:
    told = StatedShock(move=-0.9, modality="stated", tense="past", role="mentioned", certainty=1.0, side=side)
    against = Transmission(-1, 0.2)
    rivals = statement(name(0), DependenceKind.COMPETES_WITH, name(1), forward=against, backward=against)
    (event,) = risks_of(model_of(rivals), -0.8, shock=told).values()
    assert (event.exposed.id, event.direction) == (name(1), direction)
    assert [(step.relation, step.sign) for step in event.paths[0].steps] == [("competes_with", sign)]
    assert ("in the trade that both live on" in event.explanation) == (side == "results")


@given(told=statements(), polarity=POLARITIES)
def test_every_number_stays_in_its_bounds(told: list[Dependence], polarity: float) -> None:
    for event in risks_of(model_of(*told), polarity).values():
        without = event.counterfactual.probability_without_trigger
        assert 0 <= without <= event.probability <= 1
        assert 0 <= event.severity <= 1
        assert sum(path.contribution for path in event.paths) <= event.probability - without + 1e-5


@given(told=statements(signs=[1]), sizes=st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_more_shock_never_lowers_the_adverse_probability_along_positive_paths(
    told: list[Dependence], sizes: list[float]
) -> None:
    world = World(graph_of(*told), PARAMETERS, START)
    for target in range(1, 6):
        adverse = [do(world, [Shock(name(0), -size)], name(target)).adverse for size in sorted(sizes)]
        assert all(one <= other + 1e-12 for one, other in pairwise(adverse))


@given(told=statements(), polarity=POLARITIES)
def test_a_shock_turned_round_turns_the_directions_round(told: list[Dependence], polarity: float) -> None:
    model = model_of(*told)
    one, other = risks_of(model, polarity), risks_of(model, -polarity)
    assert one.keys() == other.keys()
    assert all(one[key].direction != other[key].direction for key in one)
    assert all(one[key].probability == pytest.approx(other[key].probability, abs=1e-5) for key in one)


def test_cutting_the_only_path_makes_the_effect_nil() -> None:
    graph = graph_of(supplies(0, 1), supplies(1, 2))
    world, shocks = World(graph, PARAMETERS, START), [Shock(name(0), -0.9)]
    whole, cut = do(world, shocks, name(2)), do(world, shocks, name(2), cut=arcs_between(graph, name(0), name(1)))
    assert whole.adverse > cut.adverse == do(world, [], name(2)).adverse == pytest.approx(BASE)
    assert cut.net == 0


def test_cutting_one_of_two_paths_leaves_the_other() -> None:
    graph = graph_of(supplies(0, 1), supplies(0, 2), supplies(1, 3), supplies(2, 3))
    world, shocks = World(graph, PARAMETERS, START), [Shock(name(0), -0.9)]
    whole, cut = do(world, shocks, name(3)), do(world, shocks, name(3), cut=arcs_between(graph, name(1), name(3)))
    assert whole.adverse > cut.adverse > BASE


def test_the_first_step_of_a_path_begins_at_the_trigger_and_the_last_ends_at_the_exposed() -> None:
    events = risks_of(model_of(supplies(0, 1), supplies(2, 1)), -0.9)
    first, last = events[name(2)].paths[0].steps
    assert (first.from_, first.relation, first.to) == (name(0), "supplies", name(1))
    assert (last.from_, last.relation, last.to) == (name(1), "customer_of", name(2))


def test_bad_news_hurts_and_a_reversing_relation_helps() -> None:
    events = risks_of(model_of(supplies(0, 1), supplies(0, 2, forward=Transmission(-1, 0.3))), -0.9)
    assert (events[name(1)].direction, events[name(2)].direction) == ("adverse", "favourable")


def test_nobody_is_exposed_to_himself() -> None:
    assert name(0) not in risks_of(model_of(supplies(0, 1), supplies(1, 0)), -0.9)


def test_only_the_strongest_are_named_and_none_below_the_threshold() -> None:
    told = [supplies(0, number, forward=Transmission(1, number / 20)) for number in range(1, 7)]
    model = model_of(*told, threshold=0.05, most=3)
    effects = model.effects_of(shocking(polarity=-0.9), processed_at=START)
    assert [one.exposed.id for one in effects] == [name(6), name(5), name(4)]
    assert not model_of(*told, threshold=0.9, most=3).effects_of(shocking(polarity=-0.9), processed_at=START)


def test_many_winners_leave_room_for_the_losers() -> None:
    gaining = [supplies(0, number, forward=Transmission(-1, 0.5)) for number in range(1, 6)]
    losing = [supplies(0, number, forward=Transmission(1, 0.1)) for number in (6, 7)]
    effects = model_of(*gaining, *losing, threshold=0.01, most=4).effects_of(shocking(), processed_at=START)
    assert [one.direction for one in effects] == ["favourable", "favourable", "adverse", "adverse"]
    assert len(model_of(*gaining, threshold=0.01, most=4).effects_of(shocking(), processed_at=START)) == 4


def test_an_explanation_names_both_the_relation_and_its_source() -> None:
    event = risks_of(model_of(supplies(0, 1, origin="annual report 2023")), -0.9)[name(1)]
    assert event.explanation == (
        "C1 may be hurt because C0 supplies C1 (weight 0.20, annual report 2023): C0 has bad news."
    )


@pytest.mark.parametrize(
    ("key", "named", "move", "said"),
    [
        ("country:us", "United States", -0.8, "the economy of the United States is said to weaken, “slumps”."),
        ("country:cn", "China", 0.8, "the economy of China is said to strengthen, “slumps”."),
        ("country:cn", "China", 0.0, "the economy of China seems to weaken by the tone of the text."),
        ("currency:jpy", "Japanese Yen", -0.8, "the value of the Japanese Yen is said to fall, “slumps”."),
        ("currency:btc", "Bitcoin", -0.8, "the value of Bitcoin is said to fall, “slumps”."),
        (
            "central_bank:x",
            "European Central Bank",
            0.8,
            "the policy rate of the European Central Bank is said to rise",
        ),
        ("central_bank:x", "Norges Bank", 0.8, "the policy rate of Norges Bank is said to rise, “slumps”."),
        ("commodity:gold", "Gold", 0.0, "the price of Gold seems to fall by the tone of the text."),
    ],
)
def test_an_explanation_says_of_what_is_no_company_what_moves_and_what_of_it_is_only_tone(
    key: str, named: str, move: float, said: str
) -> None:
    kind = EntityKind(key.partition(":")[0])
    told = statement(key, DependenceKind.AFFECTS, name(1), forward=Transmission(1, 0.9), backward=None)
    trigger = Entity(key, kind, named)
    model = RiskModel(make_causal_graph([trigger, entity(name(1))], [told], version="kg-test"), PARAMETERS, LIMITS)
    words = Span(text="slumps", start=0, end=6, field="title") if move else None
    shock = StatedShock(move=move, modality="stated", tense="past", role="effect", certainty=1.0, words=words)
    event = shocking(polarity=-0.9, entity=trigger.ref(), shock=shock, evidence=())
    (effect_of,) = model.effects_of(event, processed_at=START)
    assert said in effect_of.explanation


def _told(effects: list[RiskEffect]) -> tuple[AliveEffects, dict[str, RiskEvent | None]]:
    state, said = AliveEffects(), {}
    for one in effects:
        state, said[one.event_id] = judge(state, one, parameters=PARAMETERS, threshold=LIMITS.threshold)
    return state, said


EFFECTS = st.builds(
    effect,
    number=st.integers(0, 40),
    at=st.just(START),
    size=st.floats(0.01, 1),
    net=st.floats(0.01, 1),
    direction=st.sampled_from(["adverse", "favourable"]),
    story_id=st.sampled_from(["one", "two", "three"]),
    ends=st.booleans(),
)


@given(effects=st.lists(EFFECTS, max_size=8, unique_by=lambda one: one.event_id), order=st.randoms())
def test_the_order_of_documents_of_one_event_time_does_not_matter(effects: list[RiskEffect], order: object) -> None:
    before = effect(99, at=START - hours(5))
    shuffled = list(effects)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _told([before, *effects]) == _told([before, *shuffled])


@given(effects=st.lists(EFFECTS, max_size=6), again=st.data())
def test_an_effect_that_comes_again_says_the_same_and_counts_once(
    effects: list[RiskEffect], again: st.DataObject
) -> None:
    timed = [
        one.model_copy(update={"published_at": START + hours(at), "event_id": f"{at}"})
        for at, one in enumerate(effects)
    ]
    state, said = _told(timed)
    kept = {one.event_id for one in state.effects}
    repeated = again.draw(st.lists(st.sampled_from(timed), max_size=5)) if timed else []
    state_after, said_after = _told([*timed, *(one for one in repeated if one.event_id in kept)])
    assert (state_after, said_after) == (state, said)


def test_an_event_that_comes_again_as_less_new_says_what_it_said_first() -> None:
    model = model_of(supplies(0, 1), supplies(0, 2), supplies(2, 1))
    first, again = (
        next(
            one for one in model.effects_of(shocking(novelty=novelty), processed_at=START) if one.exposed.id == name(1)
        )
        for novelty in (1.0, 0.4)
    )
    assert again.size < first.size
    state, said = judge(AliveEffects(), first, parameters=PARAMETERS, threshold=0.0)
    assert judge(state, again, parameters=PARAMETERS, threshold=0.0) == (state, said)
    assert said is not None
    assert all(path.contribution > 0 for path in said.paths)


def test_an_earlier_shock_of_another_story_raises_both_sides_of_the_comparison() -> None:
    _, said = _told([effect(0), effect(1, at=START + hours(1))])
    first, second = said["risk-000000"], said["risk-000001"]
    assert first is not None
    assert second is not None
    assert first.counterfactual.probability_without_trigger == pytest.approx(BASE, abs=1e-6)
    assert BASE < second.counterfactual.probability_without_trigger < first.probability
    assert second.probability > first.probability


def test_a_story_told_again_is_no_second_shock() -> None:
    _, said = _told([effect(0, story_id="one"), effect(1, story_id="one", at=START + hours(1), size=0.1, net=0.1)])
    assert said["risk-000000"] is not None
    assert said["risk-000001"] is None


def test_fifty_bots_raise_a_risk_less_than_one_wire_report() -> None:
    """Each post differs in a figure, so that it is a story of its own to novelty."""
    model = model_of(supplies(0, 1))
    wire = probability_after(model, [shocking(0, polarity=-0.8)])
    bots = [
        shocking(
            number, polarity=-0.95, at=START + hours(number / 50), source_kind="social",
            author=Author(handle=f"bot{number}", followers=number % 30),
        )
        for number in range(1, 51)
    ]  # fmt: skip
    assert PARAMETERS.base_rate < probability_after(model, bots) < wire
    assert probability_after(model, [shocking(0, polarity=-0.8), *bots]) < wire + 0.05


def probability_after(model: RiskModel, events: list[SentimentEvent]) -> float:
    """Return the probability of company 1 after these events, in their order."""
    state, last = AliveEffects(), 0.0
    for event in events:
        for one in model.effects_of(event, processed_at=START):
            state, risk = judge(state, one, parameters=model.parameters, threshold=0.0)
            last = risk.probability if risk and one.exposed.id == name(1) else last
    return last


@pytest.mark.parametrize(("move", "is_named"), [(-0.5, False), (0.5, True), (None, True)])
def test_nobody_is_thought_to_gain_of_whom_the_document_says_that_he_loses(
    move: float | None, *, is_named: bool
) -> None:
    """A miner halts its mine: the metal grows dear, and the other miners gain."""
    beside = (OtherMove(entity_id=name(1), move=move),) if move is not None else ()
    told = StatedShock(move=0.9, modality="stated", tense="past", role="effect", certainty=1.0, beside=beside)
    found = risks_of(model_of(supplies(0, 1), supplies(0, 2)), 0.8, shock=told)
    assert (name(1) in found, name(2) in found) == (is_named, True)


def test_who_loses_hands_on_no_gain() -> None:
    """A maker's own outage makes its goods dear: its customers do not gain by what it would gain from that."""
    told = StatedShock(move=0.9, modality="stated", tense="past", role="effect", certainty=1.0)
    model = model_of(supplies(0, 1), supplies(1, 2))
    assert risks_of(model, 0.8, shock=told).keys() == {name(1), name(2)}
    loses = told.model_copy(update={"beside": (OtherMove(entity_id=name(1), move=-0.9),)})
    assert risks_of(model, 0.8, shock=loses) == {}


@pytest.mark.parametrize(("own", "is_named"), [(None, False), (0.5, True)])
def test_owner_of_a_mine_that_stands_still_does_not_gain_unless_it_is_said(
    own: float | None, *, is_named: bool
) -> None:
    mine = "product:mine"
    owns = statement(name(1), DependenceKind.OWNS, mine)
    entities = [*(entity(name(number)) for number in range(3)), entity(mine, kind=EntityKind.PRODUCT)]
    graph = make_causal_graph(entities, (supplies(0, 1), supplies(0, 2), owns), version="kg-test")
    halted = OtherMove(entity_id=mine, move=-0.9)
    beside = (halted,) if own is None else (halted, OtherMove(entity_id=name(1), move=own))
    told = StatedShock(move=0.9, modality="stated", tense="past", role="effect", certainty=1.0, beside=beside)
    found = risks_of(RiskModel(graph, PARAMETERS, LIMITS), 0.8, shock=told)
    assert (name(1) in found, name(2) in found) == (is_named, True)


def test_effects_fade_by_half_lives_and_are_forgotten() -> None:
    _, said = _told([effect(0), effect(1, at=START + hours(24))])
    later = said["risk-000001"]
    assert later is not None
    assert later.counterfactual.probability_without_trigger == pytest.approx(probability(0.1, PARAMETERS), abs=1e-6)
    state, _ = _told([effect(0), effect(1, at=START + hours(24 * 30))])
    assert [one.event_id for one in state.effects] == ["risk-000001"]


def test_an_effect_is_whole_until_its_delay_is_over() -> None:
    _, said = _told([effect(0, delay=48.0), effect(1, at=START + hours(48))])
    later = said["risk-000001"]
    assert later is not None
    assert later.counterfactual.probability_without_trigger == pytest.approx(probability(0.2, PARAMETERS), abs=1e-6)


def test_what_is_over_fades_faster() -> None:
    over = effect(1, at=START + hours(1), direction="favourable", ends=True, size=0.05, net=0.05)
    other_cause = over.model_copy(update={"trigger": over.trigger.model_copy(update={"entity_id": name(7)})})
    later = effect(2, at=START + hours(13))
    ended, going_on = (_told([effect(0), one, later])[1]["risk-000002"] for one in (over, other_cause))
    assert ended is not None
    assert going_on is not None
    without = [one.counterfactual.probability_without_trigger for one in (ended, going_on)]
    assert BASE < without[0] < without[1]


def test_each_new_story_of_a_crisis_is_told_of_those_whom_it_hits_hardest() -> None:
    """The fifth says no less than the first, though the four before it are alive; what is told again says nothing."""
    stories = [effect(number, size=1.6, net=1.0, at=START + hours(number)) for number in range(5)]
    again = effect(5, story_id=stories[4].story_id, size=1.2, net=0.8, at=START + hours(5))
    state, said = AliveEffects(), []
    for one in (*stories, again):
        state, event = judge(state, one, parameters=PARAMETERS, threshold=0.02)
        said.append(event)
    assert all(said[:-1])
    assert said[-1] is None


def test_the_probability_of_many_stories_is_no_certainty() -> None:
    """A score that rounds to 1 is still a number of stories to the curve: it neither leaps nor stands still."""
    told = [probability(size, PARAMETERS) for size in (14.0, 14.5, 15.0, 15.5, 16.0)]  # from 15 on the score is 1
    steps = [other - one for one, other in pairwise(told)]
    assert steps == pytest.approx([0.0156, 0.0144, 0.0132, 0.0121], abs=1e-4)
    assert probability(0.0, replace(PARAMETERS, base_rate=0.0)) == 0
    assert probability(1e6, PLAIN) == 1


@given(wanted=st.floats(0, 0.8))
def test_the_size_of_a_rise_of_the_score_gives_that_rise(wanted: float) -> None:
    size = size_of_rise(wanted, PARAMETERS)
    assert score(size, PARAMETERS) - score(0.0, PARAMETERS) == pytest.approx(wanted, abs=1e-9)


@given(sizes=st.lists(st.floats(0, 3), min_size=2, max_size=5, unique_by=lambda one: round(one, 3)))
def test_calibration_keeps_the_order_and_decides_nobody_out(sizes: list[float]) -> None:
    flat = replace(PARAMETERS, calibration=Curve(-1.7, 0.02))
    told = [probability(size, flat) for size in sorted(sizes)]
    assert all(one < other for one, other in pairwise(told))
    assert all(0.1 < one < 0.3 for one in told)
    effects, others = (
        _named(replace(model_of(supplies(0, 1), supplies(1, 2)), parameters=one)) for one in (flat, PLAIN)
    )
    assert effects == others


def _named(model: RiskModel) -> list[str]:
    effects = model.effects_of(shocking(polarity=-0.9), processed_at=START)
    judged = [judge(AliveEffects(), one, parameters=model.parameters, threshold=0.02)[1] for one in effects]
    return [event.exposed.id for event in judged if event is not None]
