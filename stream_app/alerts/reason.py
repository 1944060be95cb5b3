"""Why an alert was sent, as a sentence: the conditions that held, with the event's figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stream_app.alerts.affiliation import Affiliate
from stream_app.alerts.conditions import asked_for, folded
from stream_app.alerts.facts import Event, Facts, Label, facts_of, probability_of
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import Match

_SHOWN_VALUES = 3
_MOST_DIGITS = 6  # of figures in events


def reason_of(match: Match, event: Event, affiliate: Affiliate) -> str:
    """Return the sentence for an event that meets the match."""
    facts = facts_of(event, affiliate)
    clauses = [*_labels(match, facts), *_figures(match, event)]
    return f"{_subject(event)}: {_listed(clauses)}."


def _subject(event: Event) -> str:
    entity = event.exposed if isinstance(event, RiskEvent) else event.entity
    name = entity.name if entity else "No known entity"
    return f"Risk to {name}" if isinstance(event, RiskEvent) else name


def _labels(match: Match, facts: Facts) -> Iterator[str]:
    for label, clause in _CLAUSES.items():
        held = [value for value in asked_for(match, label) if folded(label, value) in facts.labels[label]]
        if held:
            yield clause.format(" and ".join(held[:_SHOWN_VALUES]))


_CLAUSES = {
    Label.KIND: "this is a {} event",
    Label.ENTITY: "it is {}",
    Label.TICKER: "its ticker is {}",
    Label.INDUSTRY: "it is in the industry {}",
    Label.COUNTRY: "it is in the country {}",
    Label.TOPIC: "the topic is {}",
    Label.SOURCE: "the source is {}",
}


def _figures(match: Match, event: Event) -> Iterator[str]:
    yield from _of_risk(match, event) if isinstance(event, RiskEvent) else _of_sentiment(match, event)
    if match.min_probability is not None:
        yield f"its probability of {_reached(probability_of(event), match.min_probability)}"
    if match.min_severity is not None and isinstance(event, RiskEvent):
        yield f"its severity of {_reached(event.severity, match.min_severity)}"
    if match.min_novelty is not None and isinstance(event, SentimentEvent):
        yield f"its novelty of {_reached(event.novelty, match.min_novelty)}"


def _of_sentiment(match: Match, event: SentimentEvent) -> Iterator[str]:
    said = [] if match.direction is None else [str(match.direction)]
    if match.min_abs_polarity is not None:
        said.append(f"at least {match.min_abs_polarity:g} in size")
    if said and event.polarity is not None:
        yield f"its polarity of {event.polarity:+.{_digits(event.polarity, match)}f} is {' and '.join(said)}"


def _of_risk(match: Match, event: RiskEvent) -> Iterator[str]:
    if match.direction is not None:
        yield f"it is {match.direction}"
    if match.min_abs_polarity is not None:
        polarity = event.trigger.polarity
        digits = _digits(polarity, match)
        yield f"the trigger's polarity of {polarity:+.{digits}f} is at least {match.min_abs_polarity:g} in size"


def _reached(figure: float, least: float) -> str:
    return f"{figure:.{digits_that_reach(figure, least)}f} is at least {least:g}"


def _digits(polarity: float, match: Match) -> int:
    return digits_that_reach(abs(polarity), match.min_abs_polarity or 0.0)


def digits_that_reach(figure: float, least: float) -> int:
    """Return with how many digits a figure is shown that reached a threshold: two, or as many as it takes to see it."""
    return next((digits for digits in range(2, _MOST_DIGITS) if round(figure, digits) >= least), _MOST_DIGITS)


def _listed(clauses: Sequence[str]) -> str:
    *first, last = clauses
    return f"{', '.join(first)} and {last}" if first else last
