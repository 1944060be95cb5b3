"""Which of many subscriptions an event meets, without asking each of them.

A subscription stands under its most selective condition, once for each value of it, sorted by its first threshold.
An event is looked up under its own labels, and only what stands there with a threshold that it reaches is checked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from stream_app.alerts.affiliation import Labels
from stream_app.alerts.conditions import Conditions, conditions_of
from stream_app.alerts.facts import ABSENT, Facts, Figure, Label
from stream_app.events.subscription import Subscription

_Key = tuple[Label | None, str]
_ANY: _Key = (None, "")


class _Slot:
    """Subscriptions under one value: for each figure those that ask for it first, in the order of their threshold."""

    __slots__ = ("_bounds", "_entries")

    def __init__(self) -> None:
        self._bounds: dict[Figure, list[tuple[float, str]]] = {}
        self._entries: dict[Figure, list[Conditions]] = {}

    def put(self, one: Conditions) -> None:
        figure, bound = _first_threshold(one)
        bounds = self._bounds.setdefault(figure, [])
        at = bisect_left(bounds, (bound, one.name))
        bounds.insert(at, (bound, one.name))
        self._entries.setdefault(figure, []).insert(at, one)

    def drop(self, one: Conditions) -> None:
        figure, bound = _first_threshold(one)
        at = bisect_left(self._bounds[figure], (bound, one.name))
        del self._bounds[figure][at], self._entries[figure][at]

    def reached(self, facts: Facts) -> Iterator[Conditions]:
        for figure, bounds in self._bounds.items():
            end = bisect_right(bounds, facts.figures[figure], key=_bound)
            yield from self._entries[figure][:end]


class Matcher:
    """Holds subscriptions by name; one that is put again replaces the one before it."""

    def __init__(self) -> None:
        self._held: dict[str, Conditions] = {}
        self._slots: dict[_Key, _Slot] = {}

    def __len__(self) -> int:
        return len(self._held)

    def put(self, subscription: Subscription) -> None:
        """Hold a subscription."""
        self.remove(subscription.name)
        one = conditions_of(subscription)
        self._held[one.name] = one
        for key in _keys(one):
            self._slots.setdefault(key, _Slot()).put(one)

    def remove(self, name: str) -> None:
        """Forget a subscription; one that is not held is no error."""
        one = self._held.pop(name, None)
        for key in _keys(one) if one else ():
            self._slots[key].drop(one)  # type: ignore[arg-type]

    def matches(self, facts: Facts) -> list[Subscription]:
        """Return the subscriptions whose conditions all hold, by name."""
        found = {one.name: one.subscription for one in self._candidates(facts) if one.hold(facts)}
        return [found[name] for name in sorted(found)]

    def relieved(self, facts: Facts) -> list[Conditions]:
        """Return the subscriptions with hysteresis for which the event is a sign of calm, by name."""
        with_hysteresis = (one for one in self._candidates(facts) if one.subscription.hysteresis is not None)
        found = {one.name: one for one in with_hysteresis if one.relieved(facts)}
        return [found[name] for name in sorted(found)]

    def _candidates(self, facts: Facts) -> Iterator[Conditions]:
        slots = self._slots
        for label in Label:
            for value in facts.labels[label]:
                if slot := slots.get((label, value)):
                    yield from slot.reached(facts)
        if slot := slots.get(_ANY):
            yield from slot.reached(facts)


def _keys(one: Conditions) -> list[_Key]:
    """Return where a subscription stands: under the values of its first condition that calm does not depend on."""
    hysteresis = one.subscription.hysteresis is not None
    fixed = ((label, wanted) for label, wanted in one.labels if not (hysteresis and label is Label.DIRECTION))
    label, wanted = next(fixed, (None, _NOTHING))
    return [(label, value) for value in wanted] if label is not None else [_ANY]


_NOTHING: Labels = frozenset()


def _first_threshold(one: Conditions) -> tuple[Figure, float]:
    """Return the figure that sorts it; with hysteresis events below the threshold count too."""
    if one.least and one.subscription.hysteresis is None:
        return one.least[0]
    return Figure.ABS_POLARITY, ABSENT


def _bound(entry: tuple[float, str]) -> float:
    return entry[0]
