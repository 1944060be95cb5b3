"""What the page is drawn from: sums by day, entity and second of a run, taken in one event at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import floor, log10
from typing import Any

Event = Mapping[str, Any]

_DAY = len("2026-03-02")
_SECOND = len("2026-03-02T08:20:00")
STEPS = 5
"""Of a histogram of latency, to each power of ten."""
_LIVE_SECONDS = 86_400
_LEAST_SECONDS = 1e-3


@dataclass(slots=True)
class Subject:
    """An entity by day: how many events, and novelty-weighted polarity as its sum and its weight."""

    name: str
    ticker: str | None
    events: int = 0
    daily: dict[str, list[float]] = field(default_factory=dict)

    def add(self, day: str, polarity: float | None, novelty: float) -> None:
        """Take in one event."""
        self.events += 1
        if polarity is not None:
            sums = self.daily.setdefault(day, [0.0, 0.0])
            sums[0] += novelty * polarity
            sums[1] += novelty


@dataclass(slots=True)
class Digest:
    """Sums of a run; days are those of event time, seconds those of the wall clock.

    `waits` are histograms of latency by what was waited for: bucket n holds 10^(n / STEPS) seconds and more.
    """

    documents: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    events: Counter[str] = field(default_factory=Counter)
    risks: Counter[str] = field(default_factory=Counter)
    alerts: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    subjects: dict[str, Subject] = field(default_factory=dict)
    by_second: Counter[str] = field(default_factory=Counter)
    waits: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    not_live: int = 0
    """Events whose document came over a day before it was processed: history, of which latency says nothing."""

    def add_sentiment(self, event: Event) -> None:
        """Take in a sentiment event."""
        day = event["published_at"][:_DAY]
        self.events[day] += 1
        # Each document has as many events as entities, and one where it names none.
        self.documents[day] += 1 / max(1, event["entity_count"])
        self.by_second[event["processed_at"][:_SECOND]] += 1
        waited = _seconds(event["received_at"], event["processed_at"])
        if waited < _LIVE_SECONDS:
            self._wait("from receipt to event", waited)
        else:
            self.not_live += 1
        if entity := event["entity"]:
            subject = self.subjects.setdefault(entity["id"], Subject(entity["name"], entity.get("ticker")))
            subject.add(day, event["polarity"], event["novelty"])

    def add_risk(self, event: Event) -> None:
        """Take in a risk event."""
        self.risks[event["published_at"][:_DAY]] += 1

    def add_alert(self, alert: Event) -> None:
        """Take in an alert. A digest waits on purpose, in event time: it says nothing of latency.

        Nor does an alert that was decided afterwards, on the events of a run, which bears its event's time.
        """
        self.alerts[alert["subscription"]].append(alert["published_at"][:_SECOND])
        waited = _seconds(alert["event"]["processed_at"], alert["processed_at"])
        if waited and not alert.get("digest"):
            self._wait("from event to alert", waited)

    def spoken_of(self) -> list[str]:
        """Return the ids of the entities that anybody scored, those with most events first."""
        scored = (one for one, subject in self.subjects.items() if subject.daily)
        return sorted(scored, key=lambda one: (-self.subjects[one].events, one))

    def _wait(self, what: str, seconds: float) -> None:
        self.waits[what][floor(log10(max(seconds, _LEAST_SECONDS)) * STEPS)] += 1


def _seconds(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()
