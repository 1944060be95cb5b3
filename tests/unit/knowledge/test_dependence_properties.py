"""What holds for whatever dependences a graph carries: nothing is lost, order does not matter, time does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.files import from_bytes, to_bytes
from stream_app.knowledge.graph import make_graph

_ENTITIES = [Entity(f"company:{name}", EntityKind.COMPANY, name.upper()) for name in "abcd"]
_IDS = st.sampled_from([entity.id for entity in _ENTITIES] + ["company:unknown"])
_MOMENTS = st.timedeltas(timedelta(0), timedelta(days=10_000)).map(lambda past: datetime(2000, 1, 1, tzinfo=UTC) + past)
_PASSING = st.none() | st.builds(Transmission, st.sampled_from([-1, 1]), st.floats(0.01, 1))

DEPENDENCES = st.builds(
    Dependence,
    source=_IDS,
    kind=st.sampled_from(DependenceKind),
    target=_IDS,
    forward=_PASSING,
    backward=_PASSING,
    delay_hours=st.floats(0, 100),
    half_life_hours=st.floats(1, 1000),
    origin=st.text(min_size=1, max_size=5),
    confidence=st.floats(0.01, 1),
    valid_from=st.none() | _MOMENTS,
    valid_to=st.none() | _MOMENTS,
    known_from=st.none() | _MOMENTS,
    disclosed_by=st.none() | st.text(min_size=1, max_size=5),
    share=st.none() | st.floats(0.01, 1),
)


@given(st.lists(DEPENDENCES, max_size=8))
def test_dependences_survive_the_graphs_bytes(dependences: list[Dependence]) -> None:
    graph = make_graph(_ENTITIES, [], relations=[], dependences=dependences)
    assert from_bytes(to_bytes(graph), "here") == graph


@given(st.lists(DEPENDENCES, max_size=8), st.randoms())
def test_the_order_and_repeats_of_facts_make_no_difference(dependences: list[Dependence], random: object) -> None:
    shuffled = [*dependences, *dependences]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    graph = make_graph(_ENTITIES, [], relations=[], dependences=dependences)
    assert make_graph(_ENTITIES, [], relations=[], dependences=shuffled) == graph


@given(st.lists(DEPENDENCES, max_size=8))
def test_only_known_entities_depend_and_none_on_itself(dependences: list[Dependence]) -> None:
    kept = make_graph(_ENTITIES, [], relations=[], dependences=dependences).dependences
    assert all("company:unknown" not in {one.source, one.target} and one.source != one.target for one in kept)
    assert len({one.key for one in kept}) == len(kept)
    assert [one.key for one in kept] == sorted(one.key for one in kept)


@given(DEPENDENCES, _MOMENTS)
def test_a_fact_holds_from_when_it_is_true_and_known_until_it_ends(fact: Dependence, moment: datetime) -> None:
    begins = [start for start in (fact.valid_from, fact.known_from) if start is not None]
    expected = all(start <= moment for start in begins) and (fact.valid_to is None or moment < fact.valid_to)
    assert fact.holds(moment) is expected
    if fact.valid_to is not None:
        assert not fact.holds(fact.valid_to)
        assert not fact.holds(fact.valid_to + timedelta(days=1))
