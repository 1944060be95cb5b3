"""The first step of risk, without state: each sentiment event becomes effects on those whom it exposes.

Effects go to `risk.effects` by exposed entity, so that one worker has all that befalls an entity, whoever caused it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from stream_app.agents.patience import Patience
from stream_app.agents.reading import dead_letter, read
from stream_app.causal.risks import RiskModel
from stream_app.events.risk_effect import RiskEffect
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.events.topics import RISK_EFFECTS
from stream_app.pipeline.isolation import Compute, each, through
from stream_app.pipeline.ports import Clock, EventLog, Message, Telemetry
from stream_app.pipeline.records import Record, Rejection


class Spreading:
    """Handles batches of sentiment events; when `handle` has returned, their offsets may advance."""

    def __init__(
        self,
        model: Callable[[], RiskModel],
        log: EventLog,
        clock: Clock,
        *,
        compute: Compute,
        telemetry: Telemetry,
        patience: Patience,
    ) -> None:
        """`model` gives that of the present graph; it may take long where the graph is new."""
        self._model, self._log, self._clock = model, log, clock
        self._compute, self._telemetry, self._patience = compute, telemetry, patience

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when the broker has every effect, and a dead letter of what is no sentiment event."""
        events = [read(record, SentimentEvent) for record in records]
        model = await self._compute(self._model)
        spread = each(partial(model.effects_of, processed_at=self._clock.now()))
        results = await through(self._compute, spread, events)
        messages = [
            message
            for record, result in zip(records, results, strict=True)
            for message in self._messages(record, result)
        ]
        await self._patience.until_available(partial(self._log.send, messages))

    def _messages(self, record: Record, result: Sequence[RiskEffect] | Rejection) -> list[Message]:
        if isinstance(result, Rejection):
            self._telemetry.count("stream_app_dead_letters_total", error_kind=result.kind)
            return [dead_letter(record, result, self._clock.now())]
        self._telemetry.observe("stream_app_risk_exposures", len(result))
        return [
            Message(RISK_EFFECTS.name, effect.exposed.id.encode(), effect.model_dump_json().encode())
            for effect in result
        ]
