"""The way out of a batch: emit, then mark as seen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from stream_app.agents.patience import Patience
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline.flow import Processed
from stream_app.pipeline.messages import messages_of
from stream_app.pipeline.ports import Clock, EventLog, SeenStore, Telemetry
from stream_app.pipeline.records import Emitted, Outcome, Rejection


class Outbox:
    """Writes events and dead letters; what it has written, it has the store remember."""

    def __init__(
        self, log: EventLog, seen: SeenStore, clock: Clock, *, telemetry: Telemetry, patience: Patience
    ) -> None:
        self._log, self._seen, self._clock = log, seen, clock
        self._telemetry, self._patience = telemetry, patience

    async def deliver(self, processed: Processed) -> None:
        """Return when the log has every message and the store every sighting; wait for either where it is away."""
        messages = messages_of(processed.outcomes, self._clock.now())
        await self._patience.until_available(partial(self._log.send, messages))
        await self._patience.until_available(partial(self._seen.mark, processed.sightings))
        self._report(processed.outcomes)

    def _report(self, outcomes: Sequence[Outcome]) -> None:
        now = self._clock.now()
        self._telemetry.observe("stream_app_batch_records", len(outcomes))
        for outcome in outcomes:
            result = outcome.result
            kind = type(result).__name__.lower()
            self._telemetry.count("stream_app_records_total", topic=outcome.record.topic, outcome=kind)
            if isinstance(result, Emitted):
                latency = (now - outcome.record.received_at).total_seconds()
                self._telemetry.observe("stream_app_latency_seconds", latency)
                self._report_events(result.events)
            elif isinstance(result, Rejection):
                self._telemetry.count("stream_app_dead_letters_total", error_kind=result.kind)

    def _report_events(self, events: Sequence[SentimentEvent]) -> None:
        for event in events:
            kind = event.entity.kind if event.entity else "none"
            self._telemetry.count("stream_app_events_total", entity_kind=kind)
        if unscored := sum(event.unscored is not None for event in events):
            self._telemetry.count("stream_app_unscored_total", unscored)
