"""The compiled matcher finds what asking every subscription would find."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stream_app.alerts.facts import Event, facts_of
from stream_app.alerts.matcher import Matcher
from stream_app.events.risk_event import RiskEvent
from stream_app.events.subscription import Match, Subscription
from tests.unit.alerts.examples import COMPANIES, risk, sentiment, small_world, subscription

AFFILIATE = small_world()
COUNTRY = {"apple": "us", "boeing": "us", "nestle": "ch", "toyota": "jp"}
INDUSTRY = {"apple": "technology-hardware", "boeing": "aerospace-defense", "toyota": "automobiles", "nestle": ""}
TOPICS, SOURCES = ("earnings", "strikes"), ("Wire", "Post")
FRACTIONS = st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0])


def some(values: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(st.sampled_from(list(values)), min_size=1, max_size=3)


MATCHES = st.fixed_dictionaries(
    {
        "entities": some(f"company:{name}" for name in COMPANIES),
        "tickers": some([name[:4] for name in COMPANIES]),
        "industries": some(value for value in INDUSTRY.values() if value),
        "countries": some(COUNTRY.values()),
        "topics": some(TOPICS),
        "kinds": some(["sentiment", "risk"]),
        "direction": st.sampled_from([None, "adverse", "favourable"]),
        "min_abs_polarity": st.none() | FRACTIONS,
        "min_probability": st.none() | FRACTIONS,
        "min_severity": st.none() | FRACTIONS,
        "min_novelty": st.none() | FRACTIONS,
        "sources": some(SOURCES),
    }
)


def possible(match: dict[str, Any]) -> bool:
    try:
        Match.model_validate(match)
    except ValidationError:
        return False
    return True


SUBSCRIPTIONS = st.lists(
    st.builds(
        lambda number, match, hysteresis: {
            "name": f"s-{number}",
            "match": match,
            "hysteresis": {} if hysteresis and match["min_abs_polarity"] is not None else None,
        },
        st.integers(0, 20),
        MATCHES.filter(possible),
        st.booleans(),
    ),
    max_size=12,
)
POLARITIES = st.none() | st.sampled_from([-1.0, -0.5, -0.3, 0.0, 0.3, 0.5, 1.0])
EVENTS = st.one_of(
    st.builds(
        lambda company, polarity, topic, source, novelty: sentiment(
            "e", company, polarity, topic=topic and {"label": topic, "probability": 1}, source=source, novelty=novelty
        ),
        st.none() | st.sampled_from(COMPANIES),
        POLARITIES,
        st.none() | st.sampled_from(TOPICS),
        st.none() | st.sampled_from(SOURCES),
        FRACTIONS,
    ),
    st.builds(
        lambda company, probability, severity, direction: risk(
            "r", company, probability, severity=severity, direction=direction
        ),
        st.sampled_from(COMPANIES),
        FRACTIONS,
        FRACTIONS,
        st.sampled_from(["adverse", "favourable"]),
    ),
)


def naive(match: Match, event: Event) -> bool:
    """Read the conditions one after the other, as the contract has them."""
    kind = "risk" if isinstance(event, RiskEvent) else "sentiment"
    if match.kinds and kind not in match.kinds:
        return False
    return (_naive_risk if isinstance(event, RiskEvent) else _naive_sentiment)(match, event)  # type: ignore[operator]


def _names(match: Match, entity: Any) -> bool:
    company = entity.name.lower() if entity else None
    asked = [
        (match.entities, entity and entity.id),
        (match.tickers and [ticker.upper() for ticker in match.tickers], entity and entity.ticker),
        (match.industries, company and INDUSTRY[company]),
        (match.countries, company and COUNTRY[company]),
    ]
    return all(wanted is None or value in wanted for wanted, value in asked)


def _naive_sentiment(match: Match, event: Any) -> bool:
    polarity, direction = event.polarity, None
    if polarity:
        direction = "adverse" if polarity < 0 else "favourable"
    sides = event.probabilities
    probability = (max(sides.negative, sides.positive)) if sides and polarity else None
    return (
        _names(match, event.entity)
        and match.min_severity is None
        and (match.topics is None or (event.topic is not None and event.topic.label in match.topics))
        and (match.sources is None or event.source in match.sources)
        and (match.direction is None or match.direction == direction)
        and (match.min_abs_polarity is None or (polarity is not None and abs(polarity) >= match.min_abs_polarity))
        and (match.min_probability is None or (probability is not None and probability >= match.min_probability))
        and (match.min_novelty is None or event.novelty >= match.min_novelty)
    )


def _naive_risk(match: Match, event: Any) -> bool:
    return (
        _names(match, event.exposed)
        and match.topics is None
        and match.sources is None
        and match.min_novelty is None
        and (match.direction is None or match.direction == event.direction)
        and (match.min_abs_polarity is None or abs(event.trigger.polarity) >= match.min_abs_polarity)
        and (match.min_probability is None or event.probability >= match.min_probability)
        and (match.min_severity is None or event.severity >= match.min_severity)
    )


@given(SUBSCRIPTIONS, st.lists(EVENTS, min_size=1, max_size=4), st.sets(st.integers(0, 20)))
def test_the_compiled_matcher_gives_the_answer_of_the_naive_one(
    given_ones: list[dict[str, Any]], events: list[Event], removed: set[int]
) -> None:
    matcher, held = Matcher(), {}
    for fields in given_ones:
        one = Subscription.model_validate(fields)
        matcher.put(one)
        held[one.name] = one
    for number in removed:
        matcher.remove(f"s-{number}")
        held.pop(f"s-{number}", None)
    assert len(matcher) == len(held)
    for event in events:
        found = [one.name for one in matcher.matches(facts_of(event, AFFILIATE))]
        assert found == sorted(name for name, one in held.items() if naive(one.match, event))


def test_a_subscription_that_comes_again_replaces_the_one_before() -> None:
    matcher = Matcher()
    matcher.put(subscription(match={"tickers": ["APPL"]}))
    matcher.put(subscription(match={"tickers": ["BOEI"]}))
    assert not matcher.matches(facts_of(sentiment("e", "apple"), AFFILIATE))
    assert [one.name for one in matcher.matches(facts_of(sentiment("e", "boeing"), AFFILIATE))] == ["desk"]


@pytest.mark.parametrize(
    "match",
    [
        {"tickers": ["$appl"]},
        {"industries": ["Technology-Hardware"]},
        {"industries": ["industry:technology-hardware"]},
        {"industries": ["industrials"]},
        {"countries": ["US"]},
        {"countries": ["united states"]},
        {"countries": ["country:us"]},
        {"entities": ["company:apple"]},
    ],
    ids=str,
)
def test_an_entity_is_found_by_any_of_its_names_in_any_case(match: dict[str, Any]) -> None:
    matcher = Matcher()
    matcher.put(subscription(match=match))
    assert matcher.matches(facts_of(sentiment("e", "apple"), AFFILIATE))
    assert not matcher.matches(facts_of(sentiment("e", None), AFFILIATE))


@pytest.mark.parametrize(
    ("match", "why"),
    [
        ({}, "match has no condition"),
        ({"tickers": None}, "match has no condition"),
        ({"tickers": []}, "at least 1 item"),
        ({"tickers": [" "]}, "at least 1 character"),
        ({"tickers": ["AAPL"], "min_polarity": 0.5}, "Extra inputs are not permitted"),
        ({"min_abs_polarity": True}, "a number is wanted"),
        ({"min_severity": 0.5, "topics": ["earnings"]}, "no event meets topics"),
        ({"kinds": ["risk"], "sources": ["Wire"]}, "no event meets sources"),
        ({"kinds": ["sentiment"], "min_severity": 0.5}, "no event meets min_severity"),
    ],
    ids=str,
)
def test_a_match_that_is_empty_misspelt_or_impossible_is_refused(match: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        subscription(match=match)


def test_hysteresis_without_a_threshold_is_refused() -> None:
    with pytest.raises(ValidationError, match="hysteresis needs a threshold"):
        subscription(hysteresis={})


def test_subscriptions_that_have_ended_leave_nothing_behind() -> None:
    """Whoever subscribes anew for each watch list would else fill the memory, and slow every event down."""
    matcher, kept = Matcher(), subscription("kept", match={"tickers": ["APPL"], "min_abs_polarity": 0.5})
    matcher.put(kept)
    before = pickle.dumps(matcher)
    for number in range(40):
        matcher.put(subscription(f"gone-{number}", match={"tickers": [f"T{number}", "APPL"], "min_novelty": 0.1}))
        matcher.put(subscription(f"broad-{number}", match={"topics": [f"t{number}"], "kinds": ["sentiment"]}))
        matcher.remove(f"gone-{number}")
        matcher.remove(f"broad-{number}")
    assert len(pickle.dumps(matcher)) == len(before)
    assert matcher.matches(facts_of(sentiment("1"), AFFILIATE)) == [kept]
