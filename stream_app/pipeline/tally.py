"""Accounts of a run: every document that was fed has events or a dead letter, and none has both or neither.

Counted by identity, since records may be delivered twice: valid documents and those with events by document id, dead
letters by the place of their record. A document that was fed again under its id is one document.
"""

from __future__ import annotations

from stream_app.events.dead_letter import DeadLetter
from stream_app.events.risk_event import RiskEvent
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.decode import decode
from stream_app.pipeline.mending import Place
from stream_app.pipeline.records import Record, Rejection


class Tally:
    """Counts what went in and what came out."""

    def __init__(self) -> None:
        self.records = 0
        self._invalid = 0
        self._fed: set[str] = set()
        self._with_events: set[str] = set()
        self._events: set[str] = set()
        self._letters: set[Place] = set()
        self._risks: set[str] = set()

    def fed(self, record: Record) -> None:
        """Count a record that was sent to an input topic."""
        self.records += 1
        document = decode(record)
        if isinstance(document, Rejection):
            self._invalid += 1
        else:
            self._fed.add(document.id)

    def emitted(self, event: SentimentEvent) -> None:
        """Count an event."""
        self._events.add(event.event_id)
        self._with_events.add(event.document_id)

    def rejected(self, letter: DeadLetter) -> None:
        """Count a dead letter."""
        self._letters.add(Place.of(letter))

    def exposed(self, risk: RiskEvent) -> None:
        """Count a risk event."""
        self._risks.add(risk.event_id)

    @property
    def documents(self) -> int:
        """Documents that were fed: distinct valid ones, and every invalid record."""
        return len(self._fed) + self._invalid

    @property
    def repeats(self) -> int:
        """Records that brought a document which was fed before."""
        return self.records - self.documents

    @property
    def documents_with_events(self) -> int:
        """Distinct documents that have at least one event."""
        return len(self._with_events)

    @property
    def dead_letters(self) -> int:
        """Distinct records that were rejected."""
        return len(self._letters)

    @property
    def events(self) -> int:
        """Distinct events."""
        return len(self._events)

    @property
    def risks(self) -> int:
        """Distinct risk events; how many there are is no account to balance."""
        return len(self._risks)

    @property
    def missing(self) -> int:
        """Documents without an outcome; below zero where some have more than one."""
        return self.documents - self.documents_with_events - self.dead_letters

    def counts(self) -> dict[str, int]:
        """Return all counts by their names."""
        names = ("records", "repeats", "documents", "documents_with_events", "dead_letters", "events", "risks")
        return {name: getattr(self, name) for name in names}
