"""How many events a second one process matches with thousands of subscriptions, and what these take in memory.

In seconds of processor time: matching is one thread's work, and neighbours on the machine shall not count.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from stream_app.alerts.affiliation import Affiliate, affiliations
from stream_app.alerts.conditions import conditions_of
from stream_app.alerts.facts import Event, facts_of
from stream_app.alerts.matcher import Matcher
from stream_app.events.entity import EntityKind
from stream_app.events.examples import example
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import Subscription
from stream_app.events.topics import SENTIMENT
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph

_START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_TOPICS = ("earnings", "legal", "strikes", "mergers", "guidance", "products", "ratings", "dividends")
_INDUSTRIES = ("airlines", "banks", "semiconductors", "automobiles", "insurance", "software", "pharmaceuticals")
_COUNTRIES = ("us", "gb", "de", "jp", "cn", "fr", "ch", "kr")


@dataclass(frozen=True, slots=True)
class MatchingRates:
    """Events and matches a second of one process, and the memory of all subscriptions in MiB."""

    events: float
    matches: float
    naive_events: float
    memory_mib: float


def matching_rates(graph: KnowledgeGraph, *, subscriptions: int = 10_000, events: int = 20_000) -> MatchingRates:
    """Measure the matcher on seeded subscriptions and events, entities drawn as unevenly as news draws them."""
    companies = [entity for entity in graph.entities if entity.kind is EntityKind.COMPANY]
    affiliate = affiliations(graph)
    stream = list(_events(companies, events))
    matcher, memory = _filled(companies, subscriptions)
    _run(matcher, stream[: events // 10], affiliate)
    seconds, matches = _run(matcher, stream, affiliate)
    return MatchingRates(
        events=events / seconds,
        matches=matches / seconds,
        naive_events=_naive_rate(list(_subscriptions(companies, subscriptions)), stream, affiliate),
        memory_mib=memory / 2**20,
    )


def _filled(companies: Sequence[Entity], count: int) -> tuple[Matcher, int]:
    tracemalloc.start()
    matcher = Matcher()
    for wish in _subscriptions(companies, count):
        matcher.put(wish)
    memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return matcher, memory


def _run(matcher: Matcher, events: Sequence[Event], affiliate: Affiliate) -> tuple[float, int]:
    began = time.process_time()
    matches = sum(len(matcher.matches(facts_of(event, affiliate))) for event in events)
    return time.process_time() - began, matches


def _naive_rate(wishes: Sequence[Subscription], events: Sequence[Event], affiliate: Affiliate) -> float:
    """Ask every subscription: what an index saves."""
    alone, some = [conditions_of(wish) for wish in wishes], events[:50]
    began = time.process_time()
    for event in some:
        facts = facts_of(event, affiliate)
        sum(one.hold(facts) for one in alone)
    return len(some) / (time.process_time() - began)


def _subscriptions(companies: Sequence[Entity], count: int) -> Iterator[Subscription]:
    choose = random.Random(11)  # noqa: S311  (a benchmark wants the same numbers each time)
    for number in range(count):
        yield Subscription.model_validate({"name": f"desk-{number}", "match": _match(choose, companies)})


def _match(choose: random.Random, companies: Sequence[Entity]) -> dict[str, Any]:
    """Return a wish: most are for a few companies, some for an industry, a country and topic, a few for anything."""
    drawn = choose.random()
    size = {"min_abs_polarity": choose.choice((0.3, 0.5, 0.7, 0.9))}
    if drawn < 0.75:  # noqa: PLR2004  (the shares are this function's whole matter)
        return size | {"entities": [choose.choice(companies).id for _ in range(choose.randint(1, 5))]}
    if drawn < 0.9:  # noqa: PLR2004
        return size | {"industries": [choose.choice(_INDUSTRIES)], "topics": [choose.choice(_TOPICS)]}
    if drawn < 0.99:  # noqa: PLR2004
        return size | {"countries": [choose.choice(_COUNTRIES)], "topics": [choose.choice(_TOPICS)]}
    return {"min_abs_polarity": choose.choice((0.95, 0.98)), "direction": "adverse"}


def _events(companies: Sequence[Entity], count: int) -> Iterator[SentimentEvent]:
    choose = random.Random(13)  # noqa: S311  (the same)
    whole = example(SENTIMENT).model_dump()
    for number in range(count):
        company = companies[min(int(choose.paretovariate(0.7)), len(companies)) - 1]
        moment = _START + timedelta(seconds=number)
        topic = {"label": choose.choice(_TOPICS), "probability": 0.6}
        changes = {"event_id": f"event-{number}", "entity": company.ref(), "polarity": choose.uniform(-1, 1)}
        times = {"published_at": moment, "received_at": moment, "processed_at": moment}
        yield SentimentEvent.model_validate(whole | changes | times | {"topic": topic})
