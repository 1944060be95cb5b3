"""Events and subscriptions for the tests of alerts, with their defaults in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from stream_app.alerts.affiliation import Affiliate, affiliations
from stream_app.events.entity import EntityKind
from stream_app.events.examples import example
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import Subscription
from stream_app.events.topics import RISK, SENTIMENT
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.graph import make_graph
from tests.factories import START

COMPANIES = ("apple", "boeing", "nestle", "toyota")
_COUNTRIES = {"apple": "US", "boeing": "US", "nestle": "CH", "toyota": "JP"}
_INDUSTRIES = {"apple": "technology-hardware", "boeing": "aerospace-defense", "toyota": "automobiles"}


def ref(company: str) -> dict[str, Any]:
    """Return an entity as events have it."""
    ticker = company[:4].upper()
    return {"id": f"company:{company}", "name": company.title(), "kind": "company", "ticker": ticker}


_SENTIMENT, _RISK = (example(topic).model_dump(mode="json") for topic in (SENTIMENT, RISK))


def sentiment(
    event_id: str, company: str | None = "apple", polarity: float | None = -0.9, *, at: float = 0, **fields: Any
) -> SentimentEvent:
    """Return a sentiment event `at` seconds after the start."""
    moment = START + timedelta(seconds=at)
    negative = None if polarity is None else (1 - polarity) / 2
    whole = _SENTIMENT | {
        "event_id": event_id,
        "entity": ref(company) if company else None,
        "polarity": polarity,
        "probabilities": None if negative is None else {"negative": negative, "neutral": 0.0, "positive": 1 - negative},
        "published_at": moment,
        "received_at": moment + timedelta(seconds=1),
        "processed_at": moment + timedelta(seconds=2),
    }
    return SentimentEvent.model_validate(whole | fields)


def risk(event_id: str, company: str = "apple", probability: float = 0.6, *, at: float = 0, **fields: Any) -> RiskEvent:
    """Return a risk event `at` seconds after the start."""
    moment = START + timedelta(seconds=at)
    whole = _RISK | {
        "event_id": event_id,
        "exposed": ref(company),
        "probability": probability,
        "published_at": moment,
        "received_at": moment,
        "processed_at": moment,
    }
    return RiskEvent.model_validate(whole | fields)


def subscription(name: str = "desk", **fields: Any) -> Subscription:
    """Return a subscription; to Apple unless `match` says otherwise."""
    return Subscription.model_validate({"name": name, "match": {"tickers": ["APPL"]}} | fields)


def small_world() -> Affiliate:
    """Return what a graph of four companies says of them."""
    entities = [
        Entity(f"company:{name}", EntityKind.COMPANY, name.title(), country=_COUNTRIES[name], sector="Industrials")
        for name in COMPANIES
    ]
    entities += [Entity(f"industry:{name}", EntityKind.INDUSTRY, name) for name in _INDUSTRIES.values()]
    entities += [
        Entity(f"country:{code.lower()}", EntityKind.COUNTRY, name, country=code)
        for code, name in {"US": "United States", "CH": "Switzerland", "JP": "Japan"}.items()
    ]
    relations = _relations(RelationKind.IN_INDUSTRY, _INDUSTRIES, "industry")
    return affiliations(make_graph(entities, [], relations=relations))


def _relations(kind: RelationKind, pairs: Mapping[str, str], group: str) -> list[Relation]:
    return [Relation(f"company:{source}", kind, f"{group}:{target}") for source, target in pairs.items()]


def seconds_after(moment: datetime) -> float:
    """Return how long after the start that is."""
    return (moment - START).total_seconds()
