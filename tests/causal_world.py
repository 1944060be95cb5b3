"""Small causal graphs for tests, and their paths by brute force, to hold the propagation against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from stream_app.causal.arcs import CausalGraph, make_causal_graph
from stream_app.causal.exposures import Limits
from stream_app.causal.parameters import CausalParameters, shipped_parameters
from stream_app.causal.propagation import MOST_HOPS, Travel
from stream_app.causal.risks import RiskModel
from stream_app.causal.view import GraphView
from stream_app.causal.ways import ARRIVALS, REFUSALS, Arrival
from stream_app.events.entity import EntityRef
from stream_app.events.risk_effect import RiskEffect
from stream_app.events.risk_event import Trigger
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from tests.factories import START, entity, sentiment_event

PARAMETERS = shipped_parameters()
LIMITS = Limits(threshold=0.001, most=50)
TRAVEL = Travel(PARAMETERS.rates(None), PARAMETERS.damping, floor=0.0)


def name(number: int) -> str:
    """Return the id of a company by its number."""
    return f"company:c{number}"


def statement(source: str, kind: DependenceKind, target: str, **fields: Any) -> Dependence:
    """Return a statement that passes a fifth forward and a tenth backward unless said otherwise."""
    defaults: dict[str, Any] = {
        "forward": Transmission(1, 0.2),
        "backward": Transmission(1, 0.1),
        "delay_hours": 0.0,
        "half_life_hours": 72.0,
        "origin": "a test",
        "confidence": 1.0,
    }
    return Dependence(source=source, kind=kind, target=target, **(defaults | fields))


def supplies(source: int, target: int, **fields: Any) -> Dependence:
    """Return that one company supplies another."""
    return statement(name(source), DependenceKind.SUPPLIES, name(target), **fields)


def graph_of(*statements: Dependence, companies: int = 8) -> CausalGraph:
    """Return the causal graph of these statements among numbered companies."""
    return make_causal_graph([entity(name(number)) for number in range(companies)], statements, version="kg-test")


def model_of(*statements: Dependence, parameters: CausalParameters = PARAMETERS, **limits: Any) -> RiskModel:
    """Return the risk model of these statements."""
    return RiskModel(graph_of(*statements), parameters, Limits(**limits) if limits else LIMITS)


def shocking(number: int = 0, *, company: int = 0, polarity: float = -0.8, **fields: Any) -> SentimentEvent:
    """Return an event with plain news about one company."""
    ref = EntityRef(id=name(company), name=f"C{company}", kind="company")
    told: dict[str, Any] = {"entity": ref, "polarity": polarity, "link_confidence": 1.0, "relevance": 1.0}
    return sentiment_event(number, **(told | fields))


def effect(number: int = 0, **fields: Any) -> RiskEffect:
    """Return an adverse effect of a story of its own on company 1; `number` makes its ids."""
    at = fields.pop("at", START)
    by = fields.pop("by", name(0))
    defaults: dict[str, Any] = {
        "event_id": f"risk-{number:06d}",
        "trigger": Trigger(event_id=f"event-{number}", document_id=f"doc-{number}", entity_id=by, polarity=-0.8),
        "story_id": f"story-{number:06d}",
        "ends": False,
        "exposed": EntityRef(id=name(1), name="C1", kind="company"),
        "direction": "adverse",
        "size": 0.2,
        "net": 0.2,
        "delay": 0.0,
        "half_life": 24.0,
        "paths": (),
        "explanation": "because",
        "published_at": at,
        "received_at": at,
        "processed_at": at,
        "model_version": "model-test",
        "kg_version": "kg-test",
        "parameters_version": PARAMETERS.version,
    }
    return RiskEffect(**(defaults | fields))


@st.composite
def statements(draw: st.DrawFn, *, companies: int = 6, signs: Sequence[int] = (-1, 1)) -> list[Dependence]:
    """Draw statements among a few companies, with cycles, parallels and repeats."""
    passing = st.builds(Transmission, st.sampled_from(signs), st.sampled_from([0.05, 0.2, 0.5, 1.0]))
    one = st.builds(
        statement,
        st.integers(0, companies - 1).map(name),
        st.sampled_from(list(DependenceKind)),
        st.integers(0, companies - 1).map(name),
        forward=st.none() | passing,
        backward=st.none() | passing,
    )
    return draw(st.lists(one, max_size=14))


def simple_paths(view: GraphView, source: int, travel: Travel) -> Iterator[tuple[tuple[int, ...], int, float]]:
    """Yield arcs, end and strength of every path that passes no node twice and only goes on where it may."""
    yield from _longer(view, (source,), (), 1.0, travel)


def _longer(
    view: GraphView,
    passed: tuple[int, ...],
    arcs: tuple[int, ...],
    strength: float,
    travel: Travel,
    *,
    arrival: int = Arrival.ANY,
) -> Iterator[tuple[tuple[int, ...], int, float]]:
    node = passed[-1]
    for arc, target, weight, way in view.arcs[view.starts[node] : view.starts[node + 1]].tolist():
        refused = arrival and arrival == REFUSALS[way]
        factor = weight * float(travel.rates[way])
        if target in passed or refused or not factor:
            continue
        carried = strength * max(-1.0, min(1.0, factor)) * (travel.damping if arcs else 1.0)
        longer = (*arcs, arc)
        yield longer, target, carried
        if len(longer) < MOST_HOPS:
            yield from _longer(view, (*passed, target), longer, carried, travel, arrival=ARRIVALS[way])
