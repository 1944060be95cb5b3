"""Effects that are still alive: how they fade in event time, and how a new one is put together with them.

State is a value: `absorb` takes what is remembered of an entity and a new effect, and returns what to remember now.
An effect that comes again finds itself there, with what was alive when it first came, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from stream_app.causal.parameters import CausalParameters
from stream_app.events.risk_effect import AliveEffect, AliveEffects, Direction, RiskEffect

_HOUR = timedelta(hours=1)
_MOST_EFFECTS = 200


def absorb(state: AliveEffects, effect: RiskEffect, parameters: CausalParameters) -> tuple[AliveEffects, AliveEffect]:
    """Return the state that holds the effect, and the effect among those of earlier documents.

    Documents of the same event time do not count as earlier, so their order does not matter. Effects of one story are
    one: the strongest counts, since a repeat is no second shock.
    """
    held = next((one for one in state.effects if one.event_id == effect.event_id), None)
    if held is not None:
        return state, held
    earlier = [one for one in state.effects if one.at < effect.published_at]
    fresh = _remembered(effect, earlier, parameters)
    return state.model_copy(update={"effects": _kept((*state.effects, fresh), parameters)}), fresh


def alive_sizes(
    effects: Iterable[AliveEffect], at: datetime, parameters: CausalParameters
) -> dict[tuple[Direction, str], tuple[float, float]]:
    """Return, for each direction and story, size and net of the strongest effect as they are at that time."""
    known = list(effects)
    ends = [one for one in known if one.ends]
    strongest: dict[tuple[Direction, str], tuple[float, float]] = {}
    for one in known:
        left = remaining(one, at, ends=ends, parameters=parameters)
        key, now = (one.direction, one.story_id), (one.size * left, one.net * left)
        if now >= strongest.get(key, (0.0, 0.0)):
            strongest[key] = now
    return strongest


def remaining(effect: AliveEffect, at: datetime, *, ends: Sequence[AliveEffect], parameters: CausalParameters) -> float:
    """Return the part of an effect in 0..1 that is left: whole until it begins, then half with each half-life.

    `ends` are effects of documents that say that something is over: after one of its own cause, it fades `hasten` times
    faster.
    """
    age = (at - effect.at) / _HOUR - effect.delay
    if age < 0:
        age = 0.0
    if ends and (ended := [one.at for one in ends if _ends(one, effect) and one.at < at]):
        age += (parameters.hasten - 1.0) * _hours(min(ended), at)
    return float(0.5 ** (age / effect.half_life))


def _ends(one: AliveEffect, effect: AliveEffect) -> bool:
    is_same_cause = one.trigger_entity == effect.trigger_entity and one.direction != effect.direction
    return not effect.ends and is_same_cause and effect.at < one.at


def _remembered(effect: RiskEffect, earlier: Sequence[AliveEffect], parameters: CausalParameters) -> AliveEffect:
    before = alive_sizes(earlier, effect.published_at, parameters)
    own = (effect.direction, effect.story_id)
    after = before | {own: max(before.get(own, (0.0, 0.0)), (effect.size, effect.net))}
    return AliveEffect(
        event_id=effect.event_id,
        story_id=effect.story_id,
        trigger_entity=effect.trigger.entity_id,
        ends=effect.ends,
        direction=effect.direction,
        size=effect.size,
        net=effect.net,
        delay=effect.delay,
        half_life=effect.half_life,
        at=effect.published_at,
        size_without=sum(size for (way, _), (size, _) in before.items() if way == effect.direction),
        size_with=sum(size for (way, _), (size, _) in after.items() if way == effect.direction),
        net_with=sum(net if way == effect.direction else -net for (way, _), (_, net) in after.items()),
    )


def _kept(effects: Sequence[AliveEffect], parameters: CausalParameters) -> tuple[AliveEffect, ...]:
    """Return the effects that are not forgotten at the latest event time: above the floor, and not too many."""
    latest = max(one.at for one in effects)
    ends = [one for one in effects if one.ends]
    left = {one.event_id: one.size * remaining(one, latest, ends=ends, parameters=parameters) for one in effects}
    alive = [one for one in effects if left[one.event_id] >= parameters.least_alive]
    if len(alive) <= _MOST_EFFECTS:
        return tuple(sorted(alive, key=lambda one: (one.at, one.event_id)))
    strongest = sorted(alive, key=lambda one: (-left[one.event_id], one.event_id))[:_MOST_EFFECTS]
    return tuple(sorted(strongest, key=lambda one: (one.at, one.event_id)))


def _hours(start: datetime, end: datetime) -> float:
    return (end - start) / _HOUR
