"""Shocks spread over the graph, as tables by trading day and company: what is new on a day, and what is still alive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from stream_app.calibration.history import History
from stream_app.calibration.shocks import DatedShock
from stream_app.calibration.spread import Spread, Spreader
from stream_app.causal.parameters import DEFAULT_TOPIC, CausalParameters
from stream_app.causal.probability import size_of_rise
from stream_app.causal.ways import WAYS

Floats = NDArray[np.float64]
HORIZON_HALF_LIVES = 2
ADVERSE, FAVOURABLE = 0, 1
_SECONDS_AN_HOUR = 3600.0
_OLDEST_DAYS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """One row for each shock and company exposed: column of the company, side, story, when, how strong, how long."""

    day: NDArray[np.int64]
    company: NDArray[np.int64]
    side: NDArray[np.int64]
    story: NDArray[np.int64]
    at: Floats
    size: Floats
    net: Floats
    delay: Floats
    half_life: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """By trading day and company. `fresh` `[days, companies, ways]`: what that day's shocks bring, by way of arrival.

    `by_topic` `[days, companies, topics]`: the same by topic, in the order of the transmission table's topics, sorted.
    `own` `[days, companies]`: shocks of the company itself. `size`, `net` and `hours` `[days, companies, sides]`: what
    is alive at the day's close on the adverse and the favourable side, and the horizon of the strongest of it.
    """

    fresh: Floats
    own: Floats
    by_topic: Floats
    size: Floats
    net: Floats
    hours: Floats

    @property
    def expected(self) -> Floats:
        """Return the net effect alive `[days, companies]`, positive where favourable."""
        return self.net[..., FAVOURABLE] - self.net[..., ADVERSE]


def make_panel(
    shocks: Iterable[DatedShock],
    history: History,
    spreader: Spreader,
    *,
    threshold: float,
    on_shock: Callable[[], None] = lambda: None,
) -> Panel:
    """Return the panel of these shocks; effects below the threshold do not stay alive, as live."""
    days, companies = len(history.days), len(history.companies)
    fresh, own = np.zeros((days, companies, WAYS)), np.zeros((days, companies))
    topics = {topic: place for place, topic in enumerate(sorted(spreader.parameters.transmission))}
    by_topic = np.zeros((days, companies, len(topics)))
    places = {company: place for place, company in enumerate(history.companies)}
    least = size_of_rise(threshold, spreader.parameters)
    stories: dict[str, int] = {}
    columns: list[tuple[Floats, ...]] = []
    for shock in shocks:
        on_shock()
        if shock.entity_id in places:
            own[shock.day, places[shock.entity_id]] += shock.value
        spread = spreader.of(shock.entity_id, shock.at, topic=shock.topic, side=shock.side)
        if spread is None:
            continue
        fresh[shock.day, spread.places] += shock.value * spread.by_way
        label = shock.topic.label if shock.topic else DEFAULT_TOPIC
        by_topic[shock.day, spread.places, topics.get(label, topics[DEFAULT_TOPIC])] += shock.value * spread.net
        story = stories.setdefault(shock.story, len(stories))
        columns.append(_columns(shock, spread, story, least=least))
    effects = _effects(columns)
    return Panel(fresh, own, by_topic, *_alive(effects, history, spreader.parameters))


def _columns(shock: DatedShock, spread: Spread, story: int, *, least: float) -> tuple[Floats, ...]:
    """Return the rows of `Effects` that a shock makes, column by column."""
    kept = np.flatnonzero(abs(shock.value) * spread.size >= least)
    net = shock.value * spread.net[kept]
    same = np.ones(len(kept))
    return (
        same * shock.day,
        spread.places[kept].astype(np.float64),
        np.where(net > 0, FAVOURABLE, ADVERSE).astype(np.float64),
        same * story,
        same * shock.at.timestamp(),
        abs(shock.value) * spread.size[kept],
        np.minimum(np.abs(net), 1.0),
        spread.delay[kept],
        spread.half_life[kept],
    )


def _effects(columns: list[tuple[Floats, ...]]) -> Effects:
    none = (np.zeros(0),) * len(fields(Effects))
    joined: list[Floats] = [np.concatenate(parts) for parts in zip(none, *columns, strict=True)]
    places = [one.astype(np.int64) for one in joined[:4]]
    return Effects(places[0], places[1], places[2], places[3], *joined[4:])


def _alive(effects: Effects, history: History, parameters: CausalParameters) -> tuple[Floats, Floats, Floats]:
    """Return size, net and hours of horizon alive at each close: of each story the strongest counts, as live."""
    shape = (len(history.days), len(history.companies), 2)
    size, net, hours = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for day, close in enumerate(history.closings):
        recent = np.flatnonzero((effects.day <= day) & (effects.day > day - _OLDEST_DAYS))
        age = np.maximum(0.0, (close - effects.at[recent]) / _SECONDS_AN_HOUR - effects.delay[recent])
        left = 0.5 ** (age / effects.half_life[recent])
        recent, left = (one[effects.size[recent] * left >= parameters.least_alive] for one in (recent, left))
        side = effects.company[recent] * 2 + effects.side[recent]
        order = np.lexsort((-effects.size[recent] * left, effects.story[recent], side))
        recent, left, side = recent[order], left[order], side[order]
        first = np.ones(len(order), bool)
        first[1:] = (side[1:] != side[:-1]) | (effects.story[recent][1:] != effects.story[recent][:-1])
        recent, left, side = recent[first], left[first], side[first]
        np.add.at(size[day].reshape(-1), side, effects.size[recent] * left)
        np.add.at(net[day].reshape(-1), side, effects.net[recent] * left)
        _put_hours_of_strongest(hours[day].reshape(-1), effects, recent, left=left, side=side)
    return size, net, hours


def _put_hours_of_strongest(
    hours: Floats, effects: Effects, rows: NDArray[np.int64], *, left: Floats, side: NDArray[np.int64]
) -> None:
    weakest_first = np.argsort(effects.size[rows] * left, kind="stable")
    horizon = effects.delay[rows] + HORIZON_HALF_LIVES * effects.half_life[rows]
    hours[side[weakest_first]] = horizon[weakest_first]
