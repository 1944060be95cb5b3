"""The second step of risk, with state: effects on an entity are put together with those still alive, as they come.

Risk events are written before the state that holds their effects: a crash between the two writes the same events
again. An effect that comes again is known by its id, and gives what it gave.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from stream_app.agents.patience import Patience
from stream_app.agents.reading import dead_letter, read
from stream_app.agents.risk_states import Place, RiskStates
from stream_app.agents.tables import Change, StateTable
from stream_app.events.risk_effect import AliveEffects, RiskEffect
from stream_app.events.risk_event import RiskEvent
from stream_app.events.topics import RISK
from stream_app.pipeline.isolation import each
from stream_app.pipeline.ports import Clock, EventLog, Message, Telemetry
from stream_app.pipeline.records import JUDGED, Record, Rejection

Judge = Callable[[AliveEffects, RiskEffect], tuple[AliveEffects, RiskEvent | None]]
"""Puts an effect together with those alive; gives the new state, and what is to be told."""

Result = RiskEvent | Rejection | None
"""What comes of an effect; None where it is too small to be told."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Writes risk events, and dead letters of what was rejected."""

    log: EventLog
    clock: Clock
    telemetry: Telemetry
    patience: Patience

    async def tell(self, results: Iterable[tuple[Record, Result]], *, judged_at: datetime | None = None) -> None:
        """Return when the log has all."""
        headers = ((JUDGED, judged_at.isoformat().encode()),) if judged_at else ()
        messages = [self._message(record, one, headers) for record, one in results if one is not None]
        await self.patience.until_available(partial(self.log.send, messages))

    def _message(
        self, record: Record, result: RiskEvent | Rejection, headers: tuple[tuple[str, bytes], ...]
    ) -> Message:
        if isinstance(result, Rejection):
            self.telemetry.count("stream_app_dead_letters_total", error_kind=result.kind)
            return dead_letter(record, result, self.clock.now())
        self.telemetry.count("stream_app_risk_events_total", direction=result.direction)
        return Message(RISK.name, result.exposed.id.encode(), result.model_dump_json().encode(), headers=headers)


class Keeping:
    """Handles batches of effects; when `handle` has returned, their offsets may advance."""

    def __init__(
        self,
        table: StateTable,
        log: EventLog,
        clock: Clock,
        *,
        judge: Judge,
        telemetry: Telemetry,
        patience: Patience,
    ) -> None:
        self._table, self._states, self._judge = table, RiskStates(table), judge
        self._telling = Telling(log, clock, telemetry, patience)
        self._order = asyncio.Lock()

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when the broker has every risk event and the state."""
        async with self._order:
            states: dict[Place, AliveEffects] = {}
            results = each(partial(self._judged, states))(records)
            await self._telling.tell(zip(records, results, strict=True))
            await self._table.write([self._change(place, state) for place, state in states.items()])

    async def recovered(self, partitions: set[int]) -> None:
        """Forget what belongs to partitions that are another worker's now."""
        async with self._order:
            self._table.keep_only(partitions)

    def _judged(self, states: dict[Place, AliveEffects], record: Record) -> Result:
        effect = read(record, RiskEffect)
        if isinstance(effect, Rejection):
            return effect
        place = (record.partition, effect.exposed.id.encode())
        state = states.get(place) or self._states.get(place)
        states[place], event = self._judge(state, effect)
        return event

    def _change(self, place: Place, state: AliveEffects) -> Change:
        return self._states.change(place, state) if state.effects else Change(*place, None)
