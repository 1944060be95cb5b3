"""What all stages of alerting write with: the log, dead letters, and patience with a log that is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from stream_app.agents.patience import Patience
from stream_app.alerts.ports import AlertTopics
from stream_app.events.dead_letter import ErrorKind
from stream_app.events.topics import DEAD_LETTERS
from stream_app.pipeline.ports import Clock, EventLog, Message, Telemetry
from stream_app.pipeline.records import Record, Rejection


@dataclass(frozen=True, slots=True)
class Outlet:
    """The way out."""

    log: EventLog
    topics: AlertTopics
    clock: Clock
    telemetry: Telemetry
    patience: Patience

    def letter(self, record: Record, rejection: Rejection) -> Message:
        """Return the dead letter of a record."""
        self.telemetry.count("stream_app_dead_letters_total", error_kind=rejection.kind)
        letter = rejection.dead_letter(record, self.clock.now())
        return Message(DEAD_LETTERS.name, record.topic.encode(), letter.model_dump_json().encode())

    def bug(self, record: Record, error: Exception) -> Message:
        """Return the dead letter of a record that tripped a bug."""
        message = f"{type(error).__name__}: {error}"
        return self.letter(record, Rejection(ErrorKind.PROCESSING_FAILED, None, message))

    async def send(self, messages: Sequence[Message]) -> None:
        """Return when the log has all; wait where it is away."""
        await self.patience.until_available(partial(self.log.send, messages))
