"""One example of what each topic holds, for the schemas, the documentation and the tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stream_app.events import topics
from stream_app.events.ids import rollup_id, sentiment_event_id
from stream_app.events.schema import Schema

_MODEL, _GRAPH = "fusion-1-92a74b815e05", "kg-4cdb62222af0"
_DOCUMENT = "example-wire-0001"
_APPLE = {
    "id": "company:apple",
    "name": "Apple Inc.",
    "kind": "company",
    "ticker": "AAPL",
    "exchange": "XNAS",
    "isin": "US0378331005",
}
_FOXCONN = {
    "id": "company:foxconn",
    "name": "Hon Hai Precision Industry",
    "kind": "company",
    "ticker": "2317",
    "exchange": "XTAI",
}
_TITLE = "Apple cuts its iPhone forecast as demand slows"
_TIMES = {
    "published_at": "2024-05-02T13:30:00Z",
    "received_at": "2024-05-02T13:30:01.250Z",
    "processed_at": "2024-05-02T13:30:01.310Z",
}
_VERSIONS = {"model_version": _MODEL, "kg_version": _GRAPH}
_PROBABILITIES = {"negative": 0.91, "neutral": 0.07, "positive": 0.02}
_EVENT_ID = sentiment_event_id(_DOCUMENT, _APPLE["id"], _MODEL)

_NEWS = {
    "id": _DOCUMENT,
    "source": "example-wire",
    "title": _TITLE,
    "lang": "en",
    "url": "https://news.example/0001",
    "published_at": "2024-05-02T13:30:00Z",
    "symbols": ["AAPL"],
}
_POST = {
    "source": "example-social",
    "body": "$AAPL guidance was ugly, but services keep growing",
    "published_at": "2024-05-02T13:31:12+00:00",
    "author": {"handle": "somebody", "followers": 1200},
    "engagement": {"likes": 14, "reposts": 3, "replies": 2},
}
_BAR = {
    "ticker": "AAPL",
    "start": "2024-05-02T13:30:00Z",
    "open": 172.5,
    "high": 172.9,
    "low": 170.1,
    "close": 170.4,
    "volume": 1250000,
}
_SENTIMENT = {
    "event_id": _EVENT_ID,
    "document_id": _DOCUMENT,
    "story_id": "story-62f93e76e68e8c44cae9eaa80a",
    **_VERSIONS,
    **_TIMES,
    "source": "example-wire",
    "source_kind": "news",
    "entity": _APPLE,
    "mentions": [{"text": "Apple", "start": 0, "end": 5, "field": "title"}],
    "link_confidence": 0.98,
    "polarity": -0.89,
    "probabilities": _PROBABILITIES,
    "relevance": 0.93,
    "first_mention": 0,
    "entity_count": 2,
    "novelty": 1.0,
    "topic": {"label": "company_product_news", "probability": 0.62},
    "document_sentiment": {"label": "negative", "probabilities": _PROBABILITIES},
    "evidence": [{"text": "cuts", "start": 6, "end": 10, "field": "title", "weight": -0.41}],
    "shock": {
        "move": -0.9,
        "modality": "stated",
        "tense": "present",
        "role": "effect",
        "certainty": 1.0,
        "words": {"text": "cuts its iPhone forecast", "start": 6, "end": 30, "field": "title"},
        "cause": {"text": "demand slows", "start": 34, "end": 46, "field": "title"},
        "effect": {"text": "Apple cuts its iPhone forecast", "start": 0, "end": 30, "field": "title"},
    },
}
_RISK = {
    "event_id": "0d5f5c4e-6f0b-5d0a-8f9e-2f6f3f1c7a10",
    "trigger": {"event_id": _EVENT_ID, "document_id": _DOCUMENT, "entity_id": _APPLE["id"], "polarity": -0.89},
    "exposed": _FOXCONN,
    "direction": "adverse",
    "probability": 0.169635,
    "severity": 0.3,
    "horizon": 72,
    "half_life": 24,
    "paths": [
        {
            "steps": [
                {"from": _APPLE["id"], "relation": "customer_of", "to": _FOXCONN["id"], "sign": 1, "weight": 0.6}
            ],
            "contribution": 0.034137,
        }
    ],
    "counterfactual": {"probability_without_trigger": 0.135498},
    "explanation": (
        "Hon Hai Precision Industry may be hurt because Apple Inc. buys from Hon Hai Precision Industry (weight 0.60, "
        "annual reports): Apple Inc. has bad news, “cuts its iPhone forecast”."
    ),
    **_TIMES,
    **_VERSIONS,
}
_ROLLUP = {
    "rollup_id": rollup_id(_APPLE["id"], "1h", datetime(2024, 5, 2, 13, tzinfo=UTC)),
    "revision": 31,
    "closed": True,
    "entity": _APPLE,
    "window": "1h",
    "start": "2024-05-02T13:00:00Z",
    "end": "2024-05-02T14:00:00Z",
    "documents": 12,
    "scored": 11,
    "mean_polarity": -0.35,
    "novelty_weighted_polarity": -0.52,
    "credible_polarity": -0.58,
    "dispersion": 0.41,
    "momentum": -0.37,
    "expected_documents": 5.0,
    "buzz": 2.4,
    "topics": [{"label": "company_product_news", "documents": 9}, {"label": "earnings", "documents": 2}],
}
_SUBSCRIPTION = {
    "name": "apple-falls",
    "match": {"tickers": ["AAPL"], "direction": "adverse", "min_abs_polarity": 0.5},
    "throttle": {"per": "entity", "seconds": 3600},
}
_ALERT = {
    "alert_id": "b1b8d8a6-2f57-5b58-8a7c-0c8f3f7b2d11",
    "subscription": "apple-falls",
    "reason": "Apple Inc.: its ticker is AAPL and its polarity of -0.89 is adverse and at least 0.5 in size.",
    "event": _SENTIMENT,
    "published_at": "2024-05-02T13:30:00Z",
    "processed_at": "2024-05-02T13:30:01.350Z",
}
_CORRECTION = {"event_id": _EVENT_ID, "label": "neutral", "author": "desk", "corrected_at": "2024-05-02T15:00:00Z"}
_DEAD_LETTER = {
    "source_topic": "news.raw",
    "partition": 2,
    "offset": 4711,
    "key": "ZXhhbXBsZS13aXJl",
    "value": "eyJ0aXRsZSI6ICJObyB0aW1lIn0=",
    "error_kind": "no_time",
    "field": "published_at",
    "message": "published_at is missing",
    "occurred_at": "2024-05-02T13:30:01.260Z",
}

_VALUES: Mapping[str, Mapping[str, Any]] = {
    topics.NEWS.name: _NEWS,
    topics.SOCIAL.name: _POST,
    topics.BARS.name: _BAR,
    topics.SENTIMENT.name: _SENTIMENT,
    topics.RISK.name: _RISK,
    topics.ROLLUPS.name: _ROLLUP,
    topics.TICKS.name: {"source": "example-wire", "event_time": "2024-05-02T13:30:00Z"},
    topics.SUBSCRIPTIONS.name: _SUBSCRIPTION,
    topics.ALERTS.name: _ALERT,
    topics.FEEDBACK.name: _CORRECTION,
    topics.DEAD_LETTERS.name: _DEAD_LETTER,
}


def example(topic: topics.Topic) -> Schema:
    """Return a value that the topic may hold."""
    return topic.schema.model_validate_json(json.dumps(_VALUES[topic.name]))
