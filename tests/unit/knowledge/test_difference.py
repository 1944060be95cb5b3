"""What `differences` finds between two graphs."""

from __future__ import annotations

from dataclasses import replace

from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.difference import differences
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.graph import Cue, KnowledgeGraph, make_graph

A, B = (Entity(f"company:{name}", EntityKind.COMPANY, name) for name in "ab")
US = Entity("country:us", EntityKind.COUNTRY, "United States")
FACT = Dependence(A.id, DependenceKind.SUPPLIES, B.id, Transmission(1, 0.1), None, 0.0, 120.0, "10-K", 0.8)
CUES = [Cue("finance", "shares", 0.5)]


def _graph(*entities: Entity, dependences: tuple[Dependence, ...] = (), cues: tuple[Cue, ...] = ()) -> KnowledgeGraph:
    relations = [Relation(one.id, RelationKind.IN_COUNTRY, US.id) for one in entities]
    return make_graph([*entities, US], [], relations=relations, cues=cues, dependences=dependences)


def test_a_graph_does_not_differ_from_itself() -> None:
    graph = _graph(A, B, dependences=(FACT,), cues=tuple(CUES))
    assert not any(differences(graph, graph).values())


def test_what_is_new_is_added_and_what_is_gone_is_removed() -> None:
    old, new = _graph(A), _graph(A, B, dependences=(FACT,))
    there, back = differences(old, new), differences(new, old)
    assert [one.id for one in there["entities"].added] == [B.id]
    assert [one.id for one in back["entities"].removed] == [B.id]
    assert there["dependences"].added == back["dependences"].removed == (FACT,)
    assert there["relations"].added == back["relations"].removed
    assert not there["entities"].changed  # a degree follows from relations


def test_what_is_said_otherwise_is_changed_field_by_field() -> None:
    surer = replace(FACT, confidence=0.9)
    found = differences(_graph(A, B, dependences=(FACT,)), _graph(replace(A, ticker="A"), B, dependences=(surer,)))
    assert [(one.fact, one.fields) for one in found["dependences"].changed] == [(surer, {"confidence": (0.8, 0.9)})]
    assert [one.fields for one in found["entities"].changed] == [{"ticker": (None, "A")}]
