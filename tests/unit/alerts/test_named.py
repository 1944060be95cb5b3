"""What a subscription names has to be there: topics of the model strictly, what the graph knows with a warning."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from stream_app.adapters.model_repository import topic_labels
from stream_app.alerts.labels import unknown_topic
from stream_app.alerts.reading import read_subscription
from stream_app.alerts.strangers import strangers
from stream_app.events.dead_letter import ErrorKind
from stream_app.events.entity import EntityKind
from stream_app.events.subscription import Match, Subscription
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, make_graph
from stream_app.pipeline.records import Record, Rejection
from stream_app.settings import shipped_model_repository
from tests.factories import RECEIVED

LABELS = ("earnings", "energy_oil", "macro")
APPLE = Entity(
    id="company:apple", name="Apple Inc.", kind=EntityKind.COMPANY, ticker="AAPL", sector="Technology", prior=1.0
)
CHIPS = Entity(id="industry:semiconductors", name="Semiconductors", kind=EntityKind.INDUSTRY, prior=1.0)
FRANCE = Entity(id="country:fr", name="France", kind=EntityKind.COUNTRY, country="FR", prior=1.0)
GRAPH = make_graph(
    [APPLE, CHIPS, FRANCE],
    [Alias(text="Apple", entity=APPLE.id, prior=1.0, style=AliasStyle.NAME)],
    relations=[],
)


def record_of(topics: list[str]) -> Record:
    value = Subscription(name="desk", match=Match(topics=tuple(topics))).model_dump_json().encode()
    return Record("subscriptions", 0, 0, b"desk", value, RECEIVED)


def test_a_topic_that_the_model_does_not_know_is_a_rejection_that_names_near_ones() -> None:
    read = partial(read_subscription, labels=lambda: LABELS)
    assert isinstance(read(record_of(["Earnings", "macro"])), Subscription)
    refused = read(record_of(["macro", "earning"]))
    assert isinstance(refused, Rejection)
    assert (refused.kind, refused.field) == (ErrorKind.WRONG_TYPE, "match.topics")
    assert "no topic “earning”: did you mean earnings? there are earnings, energy_oil, macro" in refused.message


def test_without_labels_nothing_is_refused() -> None:
    assert unknown_topic(["anything"], ()) is None
    assert isinstance(read_subscription(record_of(["anything"])), Subscription)


def test_the_shipped_model_tells_its_topics() -> None:
    labels = topic_labels(shipped_model_repository())
    assert {"earnings", "mergers_acquisitions"} <= labels
    assert topic_labels(shipped_model_repository() / "nowhere") == frozenset()


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({"entities": ["company:apple"], "tickers": ["$aapl"]}, None),
        ({"industries": ["semiconductors"]}, None),
        ({"industries": ["technology"], "countries": ["fr", "France", "country:fr"]}, None),
        ({"entities": ["Apple"]}, "no entity “Apple”, so nothing will be told of it: did you mean company:apple?"),
        ({"tickers": ["AAPLE"]}, "no ticker “AAPLE”, so nothing will be told of it: did you mean aapl?"),
        ({"industries": ["semiconductor"]}, "did you mean semiconductors"),
        ({"countries": ["Frnce"]}, "no country “Frnce”, so nothing will be told of it: did you mean france?"),
        ({"countries": ["Atlantis"]}, "no country “Atlantis”, so nothing will be told of it"),
    ],
)
def test_what_the_graph_does_not_know_is_told_with_what_is_near(match: dict[str, Any], said: str | None) -> None:
    found = list(strangers(Match.model_validate(match), GRAPH))
    assert len(found) == (said is not None)
    assert all(str(said) in line for line in found)
