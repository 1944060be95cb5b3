"""What is fed in a simulated run, and when: a function of a seed. The texts are few, so that each is scored once."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from stream_app.causal.arcs import make_causal_graph
from stream_app.causal.exposures import Limits
from stream_app.causal.risks import RiskModel
from stream_app.events.subscription import Subscription
from stream_app.events.topics import NEWS, SOCIAL
from stream_app.knowledge.dependence import DependenceKind
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.ports import Message
from stream_app.pipeline.snapshot import Snapshot
from stream_app.replay.entry import Entry
from stream_app.replay.laps import TickRule, with_ticks
from stream_app.replay.preparing import Item, Preparation
from stream_app.replay.settling import Settler
from tests.causal_world import PARAMETERS, statement
from tests.factories import START, hours
from tests.unit.agents.world import small_graph
from tests.world.faults import FEEDING_SECONDS
from tests.world.outside import Outside

SPAN = hours(6)
"""Event time of a scenario: less than the day after which a document is too late for its windows."""

END = START + timedelta(days=3)
"""A time that closes all windows and digests."""

CORPUS = 40
RECEIPT = timedelta(seconds=2)
"""How long after its event time the broker takes a document."""

LIMITS = Limits(threshold=0.01, most=20)
"""An effect below it is smaller than what is remembered: one that comes again would be judged anew."""

_STORIES = (
    "{0} raises its outlook after strong demand from {1}, its {n}th customer",
    "{0} shares slump {n} percent as {1} gains",
    "Order {n}: {1} cancels a contract with {0}",
    "Plant {n} of {0} stands still after a fire; supplier {1} warns of delays",
)
WINDOW_SECONDS = 3600
"""Event time in which a subscription that holds alerts back sends one."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Messages with the virtual time at which each is fed, in order."""

    seed: int
    workers: int
    partitions: int
    batch: int
    replay: bool
    fed: tuple[tuple[float, Message], ...]


def scenario(seed: int, *, replay: bool = False, documents: int = 7) -> Scenario:
    """Return a scenario: documents in about the order of their event time, some retold, some that are none."""
    rng = random.Random(f"scenario {seed}")
    chosen = sorted(rng.sample(range(CORPUS), documents))
    fed = []
    for number in chosen:
        message = _document(number)
        at = max(0.0, (number + rng.gauss(0, 2)) / CORPUS * FEEDING_SECONDS)
        fed.append((at, message))
    return Scenario(
        seed=seed,
        replay=replay,
        workers=rng.randint(1, 3),
        partitions=rng.randint(1, 3),
        batch=rng.choice((1, 3, 64, 64)),
        fed=tuple(sorted(fed, key=lambda pair: pair[0])),
    )


def replayed(of: Scenario) -> Iterator[Item]:
    """Yield what a replay of the scenario's documents feeds, with its ticks, as the product makes it."""
    entries = sorted((_entry(message) for _, message in of.fed), key=lambda entry: entry.place)
    snapshot = Snapshot(small_graph().version, Linker(small_graph()))
    settler = Settler(snapshot, model_version=Outside.version)
    preparation = Preparation(settler, partitions=of.partitions, begun_at=END, there={})
    return preparation.items(with_ticks(entries, TickRule(step=hours(1), entries=2)))


def _entry(message: Message) -> Entry:
    assert message.stamp is not None
    return Entry(message.stamp - RECEIPT, message.topic, message.key, message.value, received_at=message.stamp)


@cache
def _document(number: int) -> Message:
    """Return one of the few messages there are, with the stamp that the broker gives it; every thirteenth is bad."""
    topic = SOCIAL.name if number % 3 == 0 else NEWS.name
    published_at = START + SPAN * number / CORPUS
    key = b"source-%d" % (number % 5)
    if number % 13 == 12:
        return Message(topic, key, b"no document %d" % number, stamp=published_at + RECEIPT)
    names = [one.name for one in small_graph().entities][:5]
    told = number - number % 4 if number % 4 == 1 else number  # every fourth tells again what the one before it told
    title = _STORIES[told % 4].format(names[told % 5], names[(told + 1 + told // 5) % 5], n=told + 2)
    content = {"id": f"doc-{number}", "source": "Test Wire", "title": title, "published_at": published_at.isoformat()}
    return Message(topic, key, json.dumps(content).encode(), stamp=published_at + RECEIPT)


@cache
def risk_model() -> RiskModel:
    """Return the risk model of a small economy of the companies that documents tell of."""
    graph = small_graph()
    ids = [one.id for one in graph.entities][:5]
    pairs = [(0, 1), (1, 2), (3, 1), (4, 3)]
    supplies = [statement(ids[one], DependenceKind.SUPPLIES, ids[other]) for one, other in pairs]
    return RiskModel(make_causal_graph(graph.entities, supplies, version=graph.version), PARAMETERS, LIMITS)


@cache
def subscriptions() -> tuple[Subscription, ...]:
    """Return one subscription for each way in which alerts are held back, and one that holds none back."""
    sentiment = {"kinds": ["sentiment"], "min_abs_polarity": 0.2}
    wishes = [
        {"name": "plain", "match": sentiment},
        {"name": "once", "match": sentiment, "throttle": {"per": "entity", "seconds": WINDOW_SECONDS}},
        {
            "name": "first",
            "match": {"min_abs_polarity": 0.2},
            "throttle": {"per": "subscription", "seconds": WINDOW_SECONDS},
        },
        {"name": "steady", "match": sentiment, "hysteresis": {"quiet": WINDOW_SECONDS}},
        {"name": "digest", "match": {"kinds": ["risk"], "min_probability": 0.01}, "digest": WINDOW_SECONDS},
    ]
    return tuple(Subscription.model_validate(wish) for wish in wishes)
