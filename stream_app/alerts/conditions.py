"""A subscription's match as checks of an event's facts."""

from __future__ import annotations

from dataclasses import dataclass

from stream_app.alerts.affiliation import Labels
from stream_app.alerts.facts import ABSENT, Facts, Figure, Label
from stream_app.events.alert import Direction
from stream_app.events.subscription import Match, Subscription

_DIRECTIONS: tuple[Direction, Direction] = ("adverse", "favourable")
_THRESHOLDS = (Figure.ABS_POLARITY, Figure.PROBABILITY, Figure.SEVERITY)


@dataclass(frozen=True, slots=True)
class Conditions:
    """`labels` has what one of the event's labels has to be in, `least` what its figures have to reach."""

    subscription: Subscription
    labels: tuple[tuple[Label, Labels], ...]
    least: tuple[tuple[Figure, float], ...]

    @property
    def name(self) -> str:
        """The subscription's name."""
        return self.subscription.name

    def hold(self, facts: Facts) -> bool:
        """Return whether all of them hold."""
        figures, named = facts.figures, facts.labels
        for figure, least in self.least:
            if figures[figure] < least:
                return False
        for label, wanted in self.labels:  # noqa: SIM110  (a generator would cost as much as the checks)
            if wanted.isdisjoint(named[label]):
                return False
        return True

    def relieved(self, facts: Facts) -> tuple[Direction, ...]:
        """Return the directions in which the event says that its entity is clearly below the thresholds.

        None without hysteresis, and none where the event is not of those that the subscription is about.
        """
        if self.subscription.hysteresis is None or not self._is_about(facts):
            return ()
        asked = self.subscription.match.direction
        return tuple(one for one in _DIRECTIONS if asked in {None, one} and self._is_calm(facts, one))

    def _is_about(self, facts: Facts) -> bool:
        named = (wanted.isdisjoint(facts.labels[label]) for label, wanted in self.labels if label != Label.DIRECTION)
        measured = (facts.figures[figure] < least for figure, least in self.least if figure not in _THRESHOLDS)
        scored = facts.figures[Figure.ABS_POLARITY] > ABSENT
        return facts.entity is not None and scored and not any(named) and not any(measured)

    def _is_calm(self, facts: Facts, direction: Direction) -> bool:
        """A risk speaks of its own direction alone; good news, and news that is neither, is also no bad news."""
        if facts.direction != direction:
            return facts.kind == "sentiment"
        rearm = self.subscription.hysteresis.rearm if self.subscription.hysteresis else 1.0
        asked = ((facts.figures[figure], least) for figure, least in self.least if figure in _THRESHOLDS)
        return any(ABSENT < value < rearm * least for value, least in asked)


def conditions_of(subscription: Subscription) -> Conditions:
    """Return the checks of a subscription, the most selective first."""
    match = subscription.match
    labels = tuple((label, wanted) for label in Label if (wanted := _wanted(match, label)))
    figures = (match.min_abs_polarity, match.min_probability, match.min_severity, match.min_novelty)
    least = tuple((figure, given) for figure in Figure if (given := figures[figure]) is not None)
    return Conditions(subscription, labels, least)


def _wanted(match: Match, label: Label) -> Labels:
    return frozenset(folded(label, value) for value in asked_for(match, label))


def asked_for(match: Match, label: Label) -> tuple[str, ...]:
    """Return the values that the match gives for this condition, as they were written."""
    given = getattr(match, _FIELDS[label])
    return (given,) if isinstance(given, str) else given or ()


_FIELDS = {
    Label.ENTITY: "entities",
    Label.TICKER: "tickers",
    Label.INDUSTRY: "industries",
    Label.TOPIC: "topics",
    Label.SOURCE: "sources",
    Label.COUNTRY: "countries",
    Label.DIRECTION: "direction",
    Label.KIND: "kinds",
}


def folded(label: Label, value: str) -> str:
    """Return the value as labels are written: case does not count, nor the dollar sign before a ticker."""
    return value.casefold().removeprefix("$") if label is Label.TICKER else value.casefold()
