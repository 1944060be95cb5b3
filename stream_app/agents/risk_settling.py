"""The second step of risk where order counts: effects wait for a tick, and are judged in the order of event time.

Effects of several triggers reach an entity in any order. One that waits stands in the table, so that its offset may
advance. At a tick all that wait are judged, entity by entity: risk events are written first, then what is remembered of
the entity, then its effects are taken away. What a crash between these repeats is known by its offset.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from stream_app.agents.patience import Patience
from stream_app.agents.reading import read
from stream_app.agents.risk_keeping import Judge, Result, Telling
from stream_app.agents.risk_states import Place, RiskStates
from stream_app.agents.tables import Change, StateTable
from stream_app.events.risk_effect import AliveEffects, RiskEffect
from stream_app.events.tick import Tick
from stream_app.events.topics import RISK_EFFECTS
from stream_app.pipeline.isolation import Compute, each
from stream_app.pipeline.ports import Clock, EventLog, Telemetry
from stream_app.pipeline.records import Record, Rejection

_SEPARATOR = b"\x1f"
_AT_ONCE = 1_000
"""Effects that are judged between two writes: a crash repeats no more."""

Waiting = dict[bytes, set[int]]
"""Offsets of the effects that wait, by exposed entity."""


class Settling:
    """Handles batches of effects and of ticks; when a method has returned, their offsets may advance."""

    def __init__(  # noqa: PLR0913  (as `Keeping`, and where to compute)
        self,
        table: StateTable,
        log: EventLog,
        clock: Clock,
        *,
        judge: Judge,
        telemetry: Telemetry,
        patience: Patience,
        compute: Compute = asyncio.to_thread,
    ) -> None:
        self._table, self._states = table, RiskStates(table)
        self._judge, self._compute = judge, compute
        self._telling = Telling(log, clock, telemetry, patience)
        self._order = asyncio.Lock()
        self._held: defaultdict[int, Waiting] | None = None

    async def handle(self, records: Sequence[Record]) -> None:
        """Let effects wait; return when the broker has them in the state, and a dead letter of what is no effect."""
        async with self._order:
            effects = [(record, read(record, RiskEffect)) for record in records]
            await self._telling.tell([(record, one) for record, one in effects if isinstance(one, Rejection)])
            held = [(record, one.exposed.id.encode()) for record, one in effects if not isinstance(one, Rejection)]
            changes = [Change(one.partition, _key(entity, one.offset), one.value) for one, entity in held]
            await self._table.write(changes)
            waiting = self._waiting()
            for record, entity in held:
                waiting[record.partition].setdefault(entity, set()).add(record.offset)

    async def tick(self, records: Sequence[Record]) -> None:
        """Judge all that wait in the partitions of the ticks; return when the broker has what comes of it."""
        async with self._order:
            for partition, moment in _furthest(records).items():
                waiting = self._waiting()[partition]
                for entities in list(_slices(waiting)):
                    work = partial(self._judged, partition, {one: waiting[one] for one in entities}, moment)
                    results, changes = await self._compute(work)
                    await self._telling.tell(results, judged_at=moment)
                    await self._table.write(changes)
                    for entity in entities:
                        del waiting[entity]

    async def recovered(self, partitions: set[int]) -> None:
        """Forget what belongs to partitions that are another worker's now."""
        async with self._order:
            self._table.keep_only(partitions)
            self._held = None

    def _waiting(self) -> defaultdict[int, Waiting]:
        if self._held is None:
            self._held = defaultdict(dict)
            for partition, key, _ in self._table.items():
                entity, separator, offset = key.rpartition(_SEPARATOR)
                if separator:
                    self._held[partition].setdefault(entity, set()).add(int(offset))
        return self._held

    def _judged(
        self, partition: int, waiting: Waiting, moment: datetime
    ) -> tuple[list[tuple[Record, Result]], list[Change]]:
        """Return what is to be told, and what is to be written afterwards, in this order."""
        results: list[tuple[Record, Result]] = []
        changes: list[Change] = []
        for entity, offsets in waiting.items():
            place = (partition, entity)
            before = self._states.get(place)
            values = {one: self._table.get(partition, _key(entity, one)) for one in offsets if one > before.offset}
            fresh = [Record(RISK_EFFECTS.name, partition, one, entity, values[one], moment) for one in sorted(values)]
            states = {place: before}
            results.extend(self._results(states, place, fresh))
            state = states[place].model_copy(update={"offset": max(before.offset, *offsets)})
            changes.append(self._states.change(place, state))
            changes.extend(Change(partition, _key(entity, one), None) for one in sorted(offsets))
        return results, changes

    def _results(
        self, states: dict[Place, AliveEffects], place: Place, records: Sequence[Record]
    ) -> Iterator[tuple[Record, Result]]:
        def judged(effect: RiskEffect) -> Result:
            states[place], event = self._judge(states[place], effect)
            return event

        read_ones = [(record, read(record, RiskEffect)) for record in records]
        yield from ((record, one) for record, one in read_ones if isinstance(one, Rejection))
        for record, effect in in_order((record, one) for record, one in read_ones if not isinstance(one, Rejection)):
            yield record, each(judged)([effect])[0]


def in_order(effects: Iterable[tuple[Record, RiskEffect]]) -> Iterator[tuple[Record, RiskEffect]]:
    """Yield effects by event time, then by what they say; one that was written twice once."""
    by_order = {(one.published_at, one.event_id, _content(one)): (record, one) for record, one in effects}
    return (by_order[order] for order in sorted(by_order))


def _content(effect: RiskEffect) -> str:
    return effect.model_dump_json(exclude={"processed_at"})


def _furthest(records: Sequence[Record]) -> dict[int, datetime]:
    """Return the latest tick of each partition; what is none was not written by the relay, which alone writes here."""
    found: dict[int, datetime] = {}
    for record in records:
        tick = read(record, Tick)
        if isinstance(tick, Tick):
            found[record.partition] = max(tick.event_time, found.get(record.partition, tick.event_time))
    return found


def _slices(waiting: Waiting) -> Iterator[list[bytes]]:
    entities: list[bytes] = []
    effects = 0
    for entity in sorted(waiting):
        entities.append(entity)
        effects += len(waiting[entity])
        if effects >= _AT_ONCE:
            yield entities
            entities, effects = [], 0
    if entities:
        yield entities


def _key(entity: bytes, offset: int) -> bytes:
    return entity + _SEPARATOR + b"%d" % offset
