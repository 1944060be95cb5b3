"""Outcomes to what is written: events keyed by their entity, dead letters by their source topic."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stream_app.events.topics import DEAD_LETTERS, SENTIMENT
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Emitted, Outcome, Rejection


def messages_of(outcomes: Sequence[Outcome], now: datetime) -> list[Message]:
    """Return the messages of all outcomes, in the order of their records; `now` goes into dead letters."""
    return [message for outcome in outcomes for message in _messages(outcome, now)]


def _messages(outcome: Outcome, now: datetime) -> list[Message]:
    result = outcome.result
    if isinstance(result, Emitted):
        return [
            Message(
                SENTIMENT.name, event.entity.id.encode() if event.entity else None, event.model_dump_json().encode()
            )
            for event in result.events
        ]
    if isinstance(result, Rejection):
        letter = result.dead_letter(outcome.record, now)
        return [Message(DEAD_LETTERS.name, outcome.record.topic.encode(), letter.model_dump_json().encode())]
    return []
