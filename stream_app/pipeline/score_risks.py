"""Risks of one text judged alone: no story before it, and no earlier shock alive."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stream_app.causal.risks import RiskModel, judge
from stream_app.events.risk_effect import AliveEffects
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline import stories
from stream_app.pipeline.assemble import Scored, assemble
from stream_app.pipeline.flow import query_of
from stream_app.pipeline.story_book import StoryBook

Risks = Callable[[Scored], tuple[RiskEvent, ...]]


def risks_of(scored: Scored, *, model: RiskModel, model_version: str) -> tuple[RiskEvent, ...]:
    """Return the risk events of a document, most probable first.

    Several of its entities may expose the same one to the same: then the strongest tells.
    """
    versions = (model_version, scored.linked.kg_version)
    alone = stories.judge(query_of(scored.linked), StoryBook(), versions)
    events = assemble(scored, alone, versions, processed_at=scored.linked.document.received_at)
    strongest: dict[str, RiskEvent] = {}
    for risk in _risks(events, model):
        before = strongest.get(risk.exposed.id)
        if before is None or risk.probability > before.probability:
            strongest[risk.exposed.id] = risk
    return tuple(sorted(strongest.values(), key=lambda risk: (-risk.probability, risk.exposed.id)))


def _risks(events: Iterable[SentimentEvent], model: RiskModel) -> Iterable[RiskEvent]:
    for event in {event.event_id: event for event in events}.values():
        for effect in model.effects_of(event, processed_at=event.processed_at):
            _, risk = judge(AliveEffects(), effect, parameters=model.parameters, threshold=model.limits.threshold)
            if risk is not None:
                yield risk
