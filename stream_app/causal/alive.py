"""Effects that are still alive: how they fade in event time, and how a new one is put together with them.

State is a value: `absorb` takes what is remembered of an entity and a new effect, and returns what to remember now.
An effect that comes again finds itself there, with what was alive when it first came, and changes nothing.

Effects lie in the order of event time, then of id.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from stream_app.causal.parameters import CausalParameters
from stream_app.events.risk_effect import AliveEffect, AliveEffects, Direction, RiskEffect

_SECONDS_AN_HOUR = 3600.0
_OPPOSITES: Mapping[Direction, Direction] = {"adverse": "favourable", "favourable": "adverse"}
_MOST_EFFECTS = 200
_BY_TIME = attrgetter("at")
_BY_TIME_AND_ID = attrgetter("at", "event_id")


def absorb(state: AliveEffects, effect: RiskEffect, parameters: CausalParameters) -> tuple[AliveEffects, AliveEffect]:
    """Return the state that holds the effect, and the effect among those of earlier documents.

    Documents of the same event time do not count as earlier, so their order does not matter. Effects of one story are
    one: the strongest counts, since a repeat is no second shock.
    """
    held = next((one for one in state.effects if one.event_id == effect.event_id), None)
    if held is not None:
        return state, held
    earlier = state.effects[: bisect_left(state.effects, effect.published_at, key=_BY_TIME)]
    left = remaining(earlier, effect.published_at, parameters)
    fresh = _remembered(effect, earlier, left)
    effects = list(state.effects)
    insort(effects, fresh, key=_BY_TIME_AND_ID)
    if effects[-1].at == fresh.at:  # what has just come has not begun to fade
        left = [*left, *[1.0] * (len(effects) - len(left))]
    else:
        left = remaining(effects, effects[-1].at, parameters)
    return state.model_copy(update={"effects": _kept(effects, left, parameters)}), fresh


def remaining(effects: Sequence[AliveEffect], at: datetime, parameters: CausalParameters) -> list[float]:
    """Return the part of each effect in 0..1 that is left: whole until it begins, then half with each half-life.

    `effects` are in the order of time. After the first document that says that something is over, what is of its
    cause fades `hasten` times faster.
    """
    ages = [max(_hours(one.at, at) - one.delay, 0.0) for one in effects]
    ends: defaultdict[tuple[str, Direction], list[datetime]] = defaultdict(list)
    for one in effects:
        if one.ends and one.at < at:
            ends[one.trigger_entity, _OPPOSITES[one.direction]].append(one.at)
    for place, one in enumerate(effects) if ends else ():
        times = ends.get((one.trigger_entity, one.direction), ())
        later = bisect_right(times, one.at)
        if later < len(times) and not one.ends:
            ages[place] += (parameters.hasten - 1.0) * _hours(times[later], at)
    return [0.5 ** (age / one.half_life) for age, one in zip(ages, effects, strict=True)]


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / _SECONDS_AN_HOUR


def _strongest(
    effects: Sequence[AliveEffect], left: Sequence[float]
) -> dict[tuple[Direction, str], tuple[float, float]]:
    """Return, for each direction and story, size and net of the strongest effect as they are now."""
    strongest: dict[tuple[Direction, str], tuple[float, float]] = {}
    for one, part in zip(effects, left, strict=True):
        key, now = (one.direction, one.story_id), (one.size * part, one.net * part)
        if now >= strongest.get(key, (0.0, 0.0)):
            strongest[key] = now
    return strongest


def _remembered(effect: RiskEffect, earlier: Sequence[AliveEffect], left: Sequence[float]) -> AliveEffect:
    before = _strongest(earlier, left)
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


def _kept(
    effects: Sequence[AliveEffect], left: Sequence[float], parameters: CausalParameters
) -> tuple[AliveEffect, ...]:
    """Return the effects that are not forgotten: above the floor, and not too many."""
    sizes = [one.size * part for one, part in zip(effects, left, strict=True)]
    alive = [place for place, size in enumerate(sizes) if size >= parameters.least_alive]
    if len(alive) > _MOST_EFFECTS:
        alive = sorted(alive, key=lambda place: (-sizes[place], effects[place].event_id))[:_MOST_EFFECTS]
        alive.sort()
    return tuple(effects[place] for place in alive)
