"""Events as bytes that two runs can be held to: canonical JSON without what the wall clock or a broker put in.

Left out are processing times, and of dead letters the partition and offset, which follow from the number of partitions.
What makes two records the same event is not the same as what orders events: a dead letter that was written twice has
one place in the log, while two equal bad rows have two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from stream_app.events.topics import ALERTS, DEAD_LETTERS, RISK, ROLLUPS, SENTIMENT

Event = Mapping[str, Any]

PROCESSING_TIMES = frozenset({"processed_at", "occurred_at"})
_NOT_OF_THE_INPUT = {DEAD_LETTERS.name: frozenset({"partition", "offset"})}
OUTPUTS = (SENTIMENT, RISK, ROLLUPS, ALERTS, DEAD_LETTERS)
"""The topics that a run's workers write."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How the events of a topic are told apart (`of`) and ordered (`rank`).

    Of several with one identity the greatest `edition` holds, and of those the last that was written.
    """

    of: Callable[[Event], bytes]
    rank: Callable[[Event], bytes]
    edition: Callable[[Event], bytes] = lambda _: b""


def canonical(event: Event, topic: str) -> bytes:
    """Return the event's canonical JSON: keys sorted, nothing of the wall clock in it at any depth."""
    without = PROCESSING_TIMES | _NOT_OF_THE_INPUT.get(topic, frozenset())
    return orjson.dumps(_without(event, without), option=orjson.OPT_SORT_KEYS)


def _without(value: Any, names: frozenset[str]) -> Any:  # noqa: ANN401  (any JSON)
    """Most values are leaves, which are not asked again: this takes most of the time of a digest."""
    if isinstance(value, dict):
        return {
            name: _without(inner, names) if isinstance(inner, dict | list) else inner
            for name, inner in value.items()
            if name not in names
        }
    return [_without(inner, names) for inner in value] if isinstance(value, list) else value


def _fields(*names: str) -> Callable[[Event], bytes]:
    return lambda event: orjson.dumps([event.get(name) for name in names])


def _window(event: Event) -> bytes:
    entity = event.get("entity") or {}
    return orjson.dumps([entity.get("id"), event.get("window"), event.get("start")])


def _by(*names: str) -> Identity:
    return Identity(_fields(*names), _fields(*names))


_IDENTITIES: Mapping[str, Identity] = {
    # A document that comes under one id as news and as a post is read by two agents at once.
    SENTIMENT.name: Identity(_fields("event_id"), _fields("event_id"), _fields("source_kind")),
    RISK.name: _by("event_id"),
    ALERTS.name: _by("alert_id"),
    ROLLUPS.name: Identity(_window, _window, lambda event: b"%020d" % event.get("revision", 0)),
    DEAD_LETTERS.name: Identity(
        _fields("source_topic", "partition", "offset"), lambda event: canonical(event, DEAD_LETTERS.name)
    ),
}


def identity_of(topic: str) -> Identity:
    """Return how the topic's events are told apart."""
    return _IDENTITIES[topic]
