"""Records to what they mean for alerts: subscriptions, their end, events, ticks; or why they mean nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from stream_app.alerts.facts import Event
from stream_app.alerts.faults import fault_of, in_words
from stream_app.alerts.labels import TopicLabels, no_labels, unknown_topic
from stream_app.events.dead_letter import ErrorKind
from stream_app.events.risk_event import RiskEvent
from stream_app.events.schema import Schema
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.subscription import MAX_NAME_CHARACTERS, Subscription
from stream_app.events.tick import Tick
from stream_app.events.topics import RISK, TICKS, alerts_of
from stream_app.pipeline.decode import FUTURE_TOLERANCE
from stream_app.pipeline.json_object import NotAnObject, json_object
from stream_app.pipeline.records import Record, Rejection

_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_LONGEST_TOPIC = 249  # of Kafka
_S = TypeVar("_S", bound=Schema)


@dataclass(frozen=True, slots=True)
class EndOf:
    """A subscription is over."""

    name: str


def read_subscription(
    record: Record, *, prefix: str = "", labels: TopicLabels = no_labels
) -> Subscription | EndOf | Rejection:
    """Return what a record of `subscriptions` says. Its key has to be the name, so that nobody ends another's.

    `prefix` is that of the topics: with it the name has to fit into a topic's name. Topics of documents that are none
    of the model's `labels` are refused.
    """
    name = _name(record.key, prefix)
    if isinstance(name, Rejection):
        return name
    if record.value is None:
        return EndOf(name)
    subscription = _read(Subscription.model_validate, record.value)
    if isinstance(subscription, Subscription) and subscription.name != name:
        return Rejection(ErrorKind.WRONG_KEY, "name", f"the key is {name}, the name {subscription.name}: make them one")
    if isinstance(subscription, Subscription) and subscription.match.topics:
        complaint = unknown_topic(subscription.match.topics, labels())
        if complaint:
            return Rejection(ErrorKind.WRONG_TYPE, "match.topics", complaint)
    return subscription


ReadSubscription = Callable[[Record], Subscription | EndOf | Rejection]
"""`read_subscription` with the prefix and the labels that a worker has."""


def name_of(record: Record) -> str | None:
    """Return the name of the subscription that a record is about, also where its value is none; None without a name."""
    name = _name(record.key, "")
    return None if isinstance(name, Rejection) else name


def read_event(record: Record) -> Event | Tick | Rejection:
    """Return the event or tick that a record of `sentiment.events`, `risk.events` or `clock.ticks` holds."""
    if record.value is None:
        return Rejection(ErrorKind.NOT_JSON, None, "the record has no value")
    if record.topic == TICKS.name:
        tick = _read(Tick.model_validate, record.value)
        if isinstance(tick, Tick) and tick.event_time > record.received_at + FUTURE_TOLERANCE:
            message = f"{tick.event_time.isoformat()} is over a day after the tick was received"
            return Rejection(ErrorKind.FUTURE_TIME, "event_time", message)
        return tick
    if record.topic == RISK.name:
        return _read(RiskEvent.model_validate, record.value)
    return _read(SentimentEvent.model_validate, record.value)


def most_name_characters(prefix: str) -> int:
    """Return how long a subscription's name may be, so that its topic's fits with that prefix."""
    return min(MAX_NAME_CHARACTERS, _LONGEST_TOPIC - len(prefix + alerts_of("")))


def _name(key: bytes | None, prefix: str) -> str | Rejection:
    wrong = ErrorKind.WRONG_KEY
    try:
        name = (key or b"").decode("ascii")
    except UnicodeDecodeError:
        name = ""
    if not name or not set(name) <= _NAME_CHARACTERS:
        return Rejection(wrong, "key", "the key has to be the subscription's name: a to z, 0 to 9 and -")
    if len(name) > (most := most_name_characters(prefix)):
        return Rejection(wrong, "key", f"the name has {len(name)} characters, {most} are allowed")
    return name


def _read(validate: Callable[[dict[str, object]], _S], value: bytes) -> _S | Rejection:
    try:
        return validate(json_object(value))
    except NotAnObject as error:
        return Rejection(ErrorKind.NOT_JSON, None, str(error) if value else "the record has no value")
    except ValidationError as error:
        return Rejection(ErrorKind.WRONG_TYPE, fault_of(error)[0], in_words(error))
