"""From a sentiment event to effects on those exposed, and from an effect among others to a risk event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from stream_app.causal.alive import absorb
from stream_app.causal.arcs import CausalGraph
from stream_app.causal.exposures import Exposure, Limits, exposures, reach_of
from stream_app.causal.parameters import CausalParameters
from stream_app.causal.probability import probability, rise, score
from stream_app.causal.sentences import explanation
from stream_app.causal.shock import Shock, shock_of, told_as
from stream_app.causal.steps import Rates, Relations
from stream_app.events.ids import risk_event_id
from stream_app.events.risk_effect import AliveEffect, AliveEffects, Direction, EffectPath, RiskEffect
from stream_app.events.risk_event import Counterfactual, Path, RiskEvent, Trigger
from stream_app.events.sentiment_event import SentimentEvent

DECIMALS = 6
_HALF_LIVES_OF_HORIZON = 2
_COPIED = tuple(RiskEvent.model_fields.keys() & RiskEffect.model_fields.keys())


class _Traveller(NamedTuple):
    """A shock of an event, and the rates at which ways carry it."""

    event: SentimentEvent
    shock: Shock
    trigger: Trigger
    rates: Rates


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A graph, the numbers, and whom to name."""

    graph: CausalGraph
    parameters: CausalParameters
    limits: Limits
    _relations: Relations = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_relations", Relations(self.graph))

    def effects_of(self, event: SentimentEvent, *, processed_at: datetime) -> tuple[RiskEffect, ...]:
        """Return what the event does to those whom it exposes, strongest first.

        Nobody is moved against what the document states of him, nor is anybody through him.
        """
        shock = shock_of(event, self.parameters, dreaded=self.graph.dreaded)
        if shock is None:
            return ()
        rates = self.parameters.rates(event.topic, shock.side)
        travel = partial(
            reach_of, self.graph, shock.entity_id, event.published_at, rates=rates, parameters=self.parameters
        )
        reach = travel()
        if reach is None:
            return ()
        told = self._told_beside(event)
        against = [node for node, move in told.items() if move * shock.value * reach.mass.net[node] < 0]
        if against:
            reach = travel(cut=self.graph.arcs_into(against)) or reach
        found = exposures(self.graph, reach, shock.value, parameters=self.parameters, limits=self.limits)
        trigger = Trigger(
            event_id=event.event_id,
            document_id=event.document_id,
            entity_id=shock.entity_id,
            polarity=event.polarity or 0.0,
        )
        traveller = _Traveller(event, shock, trigger, rates)
        return tuple(self._effect(traveller, one, processed_at=processed_at) for one in found)

    def _told_beside(self, event: SentimentEvent) -> dict[int, float]:
        """Return how the document states others to move, by their nodes: a mine that stands still stops its owners."""
        told: dict[int, float] = {}
        for one in event.shock.beside if event.shock else ():
            node = self.graph.index.get(one.entity_id)
            if node is not None:
                told |= dict.fromkeys(self.graph.makers.get(node, ()), one.move) | told | {node: one.move}
        return told

    def _effect(self, traveller: _Traveller, exposure: Exposure, *, processed_at: datetime) -> RiskEffect:
        event, shock, trigger, rates = traveller
        exposed = self.graph.entities[exposure.node]
        direction: Direction = "favourable" if exposure.net > 0 else "adverse"
        chain = self._relations.in_words(exposure.paths[0].arcs, rates)
        stated = event.shock
        return RiskEffect(
            event_id=risk_event_id(event.event_id, exposed.id, direction),
            trigger=trigger,
            story_id=told_as(event),
            ends=shock.ends,
            exposed=exposed.ref(),
            direction=direction,
            size=round(exposure.size, DECIMALS),
            net=round(abs(exposure.net), DECIMALS),
            delay=round(exposure.delay_hours, 2),
            half_life=round(exposure.half_life_hours, 2),
            cause=stated.cause if stated else None,
            effect=stated.effect if stated else None,
            paths=self._paths(exposure, rates),
            explanation=explanation(event, exposed, chain=chain, direction=direction, rises=shock.value > 0),
            published_at=event.published_at,
            received_at=event.received_at,
            processed_at=processed_at,
            model_version=event.model_version,
            kg_version=self.graph.version,
            parameters_version=self.parameters.version,
        )

    def _paths(self, exposure: Exposure, rates: Rates) -> tuple[EffectPath, ...]:
        return tuple(
            EffectPath(
                steps=self._relations.steps(path.arcs, rates),
                share=round(min(1.0, abs(path.carried) / exposure.size), DECIMALS),
            )
            for path in exposure.paths
        )


def judge(
    state: AliveEffects, effect: RiskEffect, *, parameters: CausalParameters, threshold: float
) -> tuple[AliveEffects, RiskEvent | None]:
    """Return the state that holds the effect, and its risk event; None where it adds less than the threshold.

    What it adds to others of its story is told by the score that this would have alone. A score has no room left above
    many stories: by its rise, those who are hit hardest in a crisis would be told of no more. And how far probabilities
    lie apart depends on what a fit found.
    """
    state, held = absorb(state, effect, parameters)
    added = round(score(held.size_with - held.size_without, parameters) - score(0.0, parameters), DECIMALS)
    return state, risk_event(effect, held, parameters) if added >= threshold else None


def risk_event(effect: RiskEffect, held: AliveEffect, parameters: CausalParameters) -> RiskEvent:
    """Return the event that tells of the effect among those alive before it.

    A path's contribution is its share of what the effect, alone, adds to the probability. Sizes are those of `held`: an
    event that is delivered again may be found less new, and its effect smaller.
    """
    alone = rise(held.size, parameters)
    paths = [Path(steps=one.steps, contribution=round(one.share * alone, DECIMALS)) for one in effect.paths]
    with_it, without = (probability(size, parameters) for size in (held.size_with, held.size_without))
    copied = {name: getattr(effect, name) for name in _COPIED}
    return RiskEvent.model_validate(
        copied
        | {
            "paths": paths,
            "probability": round(with_it, DECIMALS),
            "severity": round(min(1.0, max(held.net, held.net_with)), DECIMALS),
            "horizon": round(held.delay + _HALF_LIVES_OF_HORIZON * held.half_life, 2),
            "counterfactual": Counterfactual(probability_without_trigger=round(without, DECIMALS)),
        }
    )
