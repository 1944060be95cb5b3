"""The second step of risk, with state: effects on an entity are put together with those still alive on it.

Risk events are written before the state that holds their effects: a crash between the two writes the same events
again. An effect that comes again is known by its id, and gives what it gave.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from stream_app.agents.patience import Patience
from stream_app.agents.reading import dead_letter, read
from stream_app.agents.tables import Change, StateTable
from stream_app.events.risk_effect import AliveEffects, RiskEffect
from stream_app.events.risk_event import RiskEvent
from stream_app.events.topics import RISK
from stream_app.pipeline.isolation import each
from stream_app.pipeline.ports import Clock, EventLog, Message, Telemetry
from stream_app.pipeline.records import Record, Rejection

Place = tuple[int, bytes]
"""Partition and key: the exposed entity's id."""

Judge = Callable[[AliveEffects, RiskEffect], tuple[AliveEffects, RiskEvent | None]]
"""Puts an effect together with those alive; gives the new state, and what is to be told."""


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
        self._table, self._log, self._clock = table, log, clock
        self._judge, self._telemetry, self._patience = judge, telemetry, patience
        self._order = asyncio.Lock()

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when the broker has every risk event and the state."""
        async with self._order:
            states: dict[Place, AliveEffects] = {}
            results = each(partial(self._judged, states))(records)
            messages = [self._message(record, one) for record, one in zip(records, results, strict=True) if one]
            await self._patience.until_available(partial(self._log.send, messages))
            await self._table.write([_change(place, state) for place, state in states.items()])

    async def recovered(self, partitions: set[int]) -> None:
        """Forget what belongs to partitions that are another worker's now."""
        async with self._order:
            self._table.keep_only(partitions)

    def _judged(self, states: dict[Place, AliveEffects], record: Record) -> RiskEvent | Rejection | None:
        effect = read(record, RiskEffect)
        if isinstance(effect, Rejection):
            return effect
        place = (record.partition, effect.exposed.id.encode())
        state = states.get(place) or self._state(place)
        states[place], event = self._judge(state, effect)
        return event

    def _state(self, place: Place) -> AliveEffects:
        value = self._table.get(*place)
        return AliveEffects.model_validate_json(value) if value else AliveEffects()

    def _message(self, record: Record, result: RiskEvent | Rejection) -> Message:
        if isinstance(result, Rejection):
            self._telemetry.count("stream_app_dead_letters_total", error_kind=result.kind)
            return dead_letter(record, result, self._clock.now())
        self._telemetry.count("stream_app_risk_events_total", direction=result.direction)
        return Message(RISK.name, result.exposed.id.encode(), result.model_dump_json().encode())


def _change(place: Place, state: AliveEffects) -> Change:
    partition, key = place
    return Change(partition, key, state.model_dump_json().encode() if state.effects else None)
