"""Why an alert was sent, as a sentence: the conditions that held, with the event's figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stream_app.alerts.affiliation import Affiliate
from stream_app.alerts.conditions import asked_for, folded
from stream_app.alerts.facts import Event, Facts, Label, facts_of, probability_of
from stream_app.events.risk_event import RiskEvent
from stream_app.events.subscription import Match

_SHOWN_VALUES = 3


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
    for label in Label:
        held = [value for value in asked_for(match, label) if folded(label, value) in facts.labels[label]]
        if held:
            yield _LABEL_CLAUSES[label].format(" and ".join(held[:_SHOWN_VALUES]))


_LABEL_CLAUSES = {
    Label.ENTITY: "it is {}",
    Label.TICKER: "its ticker is {}",
    Label.INDUSTRY: "it is in the industry {}",
    Label.TOPIC: "the topic is {}",
    Label.SOURCE: "the source is {}",
    Label.COUNTRY: "it is in the country {}",
    Label.DIRECTION: "this is {}",
    Label.KIND: "this is a {} event",
}


def _figures(match: Match, event: Event) -> Iterator[str]:
    risk = isinstance(event, RiskEvent)
    polarity = event.trigger.polarity if isinstance(event, RiskEvent) else event.polarity
    if match.min_abs_polarity is not None and polarity is not None:
        whose = "the trigger's polarity" if risk else "its polarity"
        yield f"{whose} of {polarity:+.2f} is at least {match.min_abs_polarity:g} in size"
    elif match.direction is not None and not risk and polarity is not None:
        yield f"its polarity is {polarity:+.2f}"
    if match.min_probability is not None:
        yield f"its probability of {probability_of(event):.2f} is at least {match.min_probability:g}"
    if match.min_severity is not None and isinstance(event, RiskEvent):
        yield f"its severity of {event.severity:.2f} is at least {match.min_severity:g}"
    if match.min_novelty is not None and not isinstance(event, RiskEvent):
        yield f"its novelty of {event.novelty:.2f} is at least {match.min_novelty:g}"


def _listed(clauses: Sequence[str]) -> str:
    *first, last = clauses
    return f"{', '.join(first)} and {last}" if first else last
