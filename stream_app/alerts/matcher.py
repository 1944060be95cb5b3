"""Which of many subscriptions an event meets, without asking each of them.

A subscription stands under the values of its most selective condition, of the first two where the first is broad,
sorted by its first threshold. An event is looked up under its own values, and only what stands there with a threshold
that it reaches is checked, for the conditions that are left.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from stream_app.alerts.conditions import Conditions, conditions_of
from stream_app.alerts.facts import ABSENT, Facts, Figure, Label
from stream_app.events.subscription import Subscription

_Shape = tuple[Label, ...]
_NARROW = {Label.ENTITY, Label.TICKER}
_MOST_PAIRS = 64


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a subscription stands, and what is left to check there."""

    shape: _Shape
    values: tuple[tuple[str, ...], ...]
    figure: Figure
    least: float
    left: Conditions


class _Slot:
    """Subscriptions under the same values: for each figure those that ask for it first, in order of their threshold."""

    __slots__ = ("_bounds", "_entries")

    def __init__(self) -> None:
        self._bounds: dict[Figure, list[tuple[float, str]]] = {}
        self._entries: dict[Figure, list[Conditions]] = {}

    def put(self, place: _Place) -> None:
        bounds, bound = self._bounds.setdefault(place.figure, []), (place.least, place.left.name)
        at = bisect_left(bounds, bound)
        bounds.insert(at, bound)
        self._entries.setdefault(place.figure, []).insert(at, place.left)

    def is_empty_without(self, place: _Place) -> bool:
        """Drop a subscription, and tell whether no other is left."""
        at = bisect_left(self._bounds[place.figure], (place.least, place.left.name))
        del self._bounds[place.figure][at], self._entries[place.figure][at]
        if not self._bounds[place.figure]:
            del self._bounds[place.figure], self._entries[place.figure]
        return not self._bounds

    def reached(self, facts: Facts) -> Iterator[Conditions]:
        for figure, bounds in self._bounds.items():
            end = bisect_right(bounds, facts.figures[figure], key=_bound)
            yield from self._entries[figure][:end]


class Matcher:
    """Holds subscriptions by name; one that is put again replaces the one before it."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}
        self._slots: dict[_Shape, dict[tuple[str, ...], _Slot]] = {}
        self._with_hysteresis: set[str] = set()
        self._since: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    def put(self, subscription: Subscription, *, since: int = -1) -> None:
        """Hold a subscription; `since` is the offset of its record."""
        self.remove(subscription.name)
        self._since[subscription.name] = since
        place = self._places[subscription.name] = _place(conditions_of(subscription))
        if subscription.hysteresis is not None:
            self._with_hysteresis.add(subscription.name)
        slots = self._slots.setdefault(place.shape, {})
        for values in place.values:
            slots.setdefault(values, _Slot()).put(place)

    def remove(self, name: str) -> None:
        """Forget a subscription; one that is not held is no error."""
        place = self._places.pop(name, None)
        self._with_hysteresis.discard(name)
        self._since.pop(name, None)
        if place is None:
            return
        slots = self._slots[place.shape]
        for values in place.values:
            if slots[values].is_empty_without(place):
                del slots[values]
        if not slots:  # each shape that is there costs every event
            del self._slots[place.shape]

    def since(self, name: str) -> int:
        """Return the offset of the record of a subscription that is held; -1 where nobody said."""
        return self._since.get(name, -1)

    def matches(self, facts: Facts) -> list[Subscription]:
        """Return the subscriptions whose conditions all hold, by name."""
        found = {one.name: one.subscription for one in self._candidates(facts) if one.hold(facts)}
        return [found[name] for name in sorted(found)]

    def relieved(self, facts: Facts) -> list[Conditions]:
        """Return the subscriptions with hysteresis for which the event is a sign of calm, by name."""
        if not self._with_hysteresis:
            return []
        with_hysteresis = (one for one in self._candidates(facts) if one.name in self._with_hysteresis)
        found = {one.name: one for one in with_hysteresis if one.relieved(facts)}
        return [found[name] for name in sorted(found)]

    def _candidates(self, facts: Facts) -> Iterator[Conditions]:
        labels = facts.labels
        for shape, slots in self._slots.items():
            for values in product(*[labels[label] for label in shape]):
                if slot := slots.get(values):
                    yield from slot.reached(facts)


def _place(one: Conditions) -> _Place:
    """Return where a subscription stands. With hysteresis, events of the other direction and small ones count too."""
    hysteresis = one.subscription.hysteresis is not None
    fixed = [(label, wanted) for label, wanted in one.labels if not (hysteresis and label is Label.DIRECTION)]
    broad = bool(fixed) and fixed[0][0] not in _NARROW and prod(len(wanted) for _, wanted in fixed[:2]) <= _MOST_PAIRS
    chosen = fixed[:2] if broad else fixed[:1]
    shape = tuple(label for label, _ in chosen)
    labels = tuple((label, wanted) for label, wanted in one.labels if label not in shape)
    sorting = one.least[:1] if not hysteresis else ()
    figure, least = sorting[0] if sorting else (Figure.ABS_POLARITY, ABSENT)
    left = replace(one, labels=labels, least=one.least[len(sorting) :])
    return _Place(shape, tuple(product(*(wanted for _, wanted in chosen))), figure, least, left)


def _bound(entry: tuple[float, str]) -> float:
    return entry[0]
