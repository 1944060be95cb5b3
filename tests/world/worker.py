"""A worker of the simulated world: the real agents' handlers, fed as the engine feeds them.

What the engine does is done here: batches from the partitions that the worker has, acknowledged when a batch's body has
ended however it ended, offsets committed now and then up to what all agents of a topic have acknowledged, tables
restored from their changelogs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

from stream_app.adapters.degrading_seen import DegradingSeenStore
from stream_app.adapters.snapshots import SnapshotSource
from stream_app.adapters.telemetry import MemoryTelemetry
from stream_app.agents.alerts_delivery import Delivery
from stream_app.agents.alerts_matching import Keeping as SubscriptionKeeping
from stream_app.agents.alerts_matching import Matching
from stream_app.agents.alerts_outlet import Outlet
from stream_app.agents.alerts_table import SubscriptionTable
from stream_app.agents.guard import finish_or_die
from stream_app.agents.ingestion import Ingestion
from stream_app.agents.outbox import Outbox
from stream_app.agents.patience import Patience
from stream_app.agents.risk_keeping import Keeping
from stream_app.agents.risk_settling import Settling
from stream_app.agents.risk_spreading import Spreading
from stream_app.agents.rollups import Rollups
from stream_app.agents.shelf import Shelf
from stream_app.agents.tables import StateTable, changelog_topic
from stream_app.agents.ticks import TickRelay
from stream_app.alerts.affiliation import nowhere
from stream_app.alerts.book import AlertBook
from stream_app.causal.risks import judge
from stream_app.errors import ServerUnavailable
from stream_app.events.topics import (
    INPUTS,
    MATCHES,
    RISK,
    RISK_EFFECTS,
    SENTIMENT,
    SUBSCRIPTIONS,
    TICKS,
    TICKS_EVERYWHERE,
)
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.isolation import at_once
from stream_app.pipeline.ports import Clock
from stream_app.pipeline.records import Record
from tests.causal_world import PARAMETERS
from tests.unit.agents.world import ProcessEnded, small_graph
from tests.world.broker import Broker, Place
from tests.world.outside import Graphs, Outside, Servers, answer
from tests.world.remembering import RememberingFlow, memory_reader
from tests.world.scenario import LIMITS, risk_model

Handler = Callable[[Sequence[Record]], Coroutine[None, None, None]]

GRACE_SECONDS, COMMIT_SECONDS, FILLING_SECONDS = 20.0, 1.0, 0.05
CHANGELOGS = {name: changelog_topic("world", name) for name in ("risk", "rollups")}


@dataclass(slots=True)
class Agent:
    """One consumer of one topic: the offsets that it takes next, and those that it has acknowledged, by partition."""

    topic: str
    handle: Handler
    taken: dict[int, int] = field(default_factory=dict)
    acknowledged: dict[int, int] = field(default_factory=dict)

    def acknowledge(self, records: Sequence[Record]) -> None:
        """Say that these are done with."""
        for record in records:
            self.acknowledged[record.partition] = record.offset + 1


class Worker:
    """One process. When it is gone, all that it held in memory is gone."""

    def __init__(self, servers: Servers, clock: Clock, *, batch: int, settle: bool, gone: Callable[[], None]) -> None:
        """`settle` decides at ticks, as in a replay; `gone` is told of a crash."""
        self.gone, self.partitions = False, set[int]()
        self._tell_gone, self._batch, self._settles = gone, batch, settle
        self._servers, self._clock = servers, clock
        self._outside = Outside(servers, self.crash, lambda: self.gone)
        self._telemetry = MemoryTelemetry()
        self._patience = Patience(self._telemetry)
        self._running: list[asyncio.Task[None]] = []
        self.tables: dict[str, dict[bytes, bytes]] = {name: {} for name in CHANGELOGS}

    @property
    def _broker(self) -> Broker:
        return self._servers.broker

    async def start(self) -> None:
        """Build everything anew; ProcessEnded where a crash falls into it."""
        graphs = Graphs(self._outside, self._servers)
        self._snapshots = SnapshotSource(graphs, self._telemetry, build=small_graph, poll_seconds=5, compute=at_once)
        await self._snapshots.start()
        self._agents = [*self._of_ingest(), *self._of_risk(), *self._of_rollups(), *self._of_alerts()]
        self._following = asyncio.create_task(self._snapshots.follow())

    def crash(self) -> None:
        """Be gone at once."""
        if not self.gone:
            self.gone = True
            self._cancel()
            self._tell_gone()

    def die(self, error: BaseException) -> NoReturn:
        """End the process, as the guard asks."""
        self.crash()
        raise ProcessEnded(str(error)) from error

    async def assign(self, partitions: set[int]) -> None:
        """Go on with these partitions, from what is committed, with tables restored."""
        for name, changelog in CHANGELOGS.items():
            for partition in partitions - self.partitions:
                self.restore(self.tables[name], (changelog.name, partition))
        self.partitions = partitions
        for recovered in self._recovered:
            await recovered(partitions)
        for agent in self._agents:
            agent.taken = {one: self._broker.committed.get((agent.topic, one), 0) for one in partitions}
            agent.acknowledged = dict(agent.taken)
        bodies = [self._consume(agent) for agent in self._agents]
        self._running = [asyncio.create_task(body) for body in (*bodies, self._commit_for_ever())]

    async def revoke(self) -> None:
        """Finish what is in hand and commit it; who cannot is gone."""
        self._cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running = []
        if not self.gone and self.partitions:
            with suppress(ProcessEnded):
                await self._commit()

    async def stop(self) -> None:
        """End in good order."""
        await self.revoke()
        self.gone = True
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)

    def remembers_alerts_as_written(self, partition: int) -> bool:
        """Tell whether the memory of alerts is what its changelog says; one that would be read anew does not count."""
        held = self._delivery._held.get(partition)  # noqa: SLF001  (nothing public tells what it holds)
        if held is None or held.following != self._broker.end((MATCHES.name, partition)):
            return True
        written = AlertBook(answer(self._servers.state.load(partition)))
        return (
            vars(held.book)["_cells"] == vars(written)["_cells"]
            and vars(held.book)["_desks"] == vars(written)["_desks"]
        )

    def _cancel(self) -> None:
        for task in self._running:
            if task is not asyncio.current_task():
                task.cancel()

    def restore(self, table: dict[bytes, bytes], changelog: Place) -> None:
        """Read a table's partition from its changelog."""
        for message in self._broker.log(changelog):
            key = message.key or b""
            if message.value is None:
                table.pop(key, None)
            else:
                table[key] = message.value

    async def _consume(self, agent: Agent) -> None:
        while not self.gone:
            records = await self._take(agent)
            try:
                await self.finish(agent, records)
            finally:
                agent.acknowledge(records)

    async def finish(self, agent: Agent, records: Sequence[Record]) -> None:
        """Do a batch's body."""
        await finish_or_die(agent.handle(records), grace=GRACE_SECONDS, die=self.die)

    async def _take(self, agent: Agent) -> list[Record]:
        while not any(self._broker.end((agent.topic, one)) > at for one, at in agent.taken.items()):
            await self._broker.arrival(agent.topic)
        await asyncio.sleep(FILLING_SECONDS)
        while self._servers.away["broker"]:  # noqa: ASYNC110  (virtual seconds cost nothing)
            await asyncio.sleep(COMMIT_SECONDS)
        records: list[Record] = []
        for partition, start in agent.taken.items():
            some = self._broker.records((agent.topic, partition), start=start, most=self._batch - len(records))
            agent.taken[partition] = start + len(some)
            records.extend(some)
        return records

    async def _commit_for_ever(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_SECONDS)
            await self._commit()

    async def _commit(self) -> None:
        offsets: dict[Place, int] = {}
        for agent in self._agents:
            for partition, offset in agent.acknowledged.items():
                place = (agent.topic, partition)
                offsets[place] = min(offset, offsets.get(place, offset))
        fresh = {place: offset for place, offset in offsets.items() if offset > self._broker.committed.get(place, 0)}
        some = dict(list(fresh.items())[::2])
        if fresh:
            commit = self._broker.commit
            with suppress(ServerUnavailable):
                await self._outside.around("commit", "broker", lambda: commit(fresh), lambda: commit(some))

    def _table(self, name: str) -> StateTable:
        return StateTable(self.tables[name], self._outside, changelog=CHANGELOGS[name], patience=self._patience)

    def _of_ingest(self) -> list[Agent]:
        seen = DegradingSeenStore(self._outside, self._telemetry)
        outbox = Outbox(self._outside, seen, self._clock, telemetry=self._telemetry, patience=self._patience)
        flow, reader = RememberingFlow(self._outside, seen, clock=self._clock), memory_reader()
        ingestion = Ingestion(
            flow,
            outbox,
            adopted=lambda: (self._snapshots.current, reader),
            patience=self._patience,
            new_limit=lambda: DeadLetterLimit(10_000, 1.0),
        )
        return [Agent(topic.name, ingestion.handle) for topic in INPUTS]

    def _of_risk(self) -> list[Agent]:
        around = {"telemetry": self._telemetry, "patience": self._patience}
        spreading = Spreading(risk_model, self._outside, self._clock, compute=at_once, **around)
        told = partial(judge, parameters=PARAMETERS, threshold=LIMITS.threshold)
        table, kept = self._table("risk"), {"judge": told, **around}
        agents = [Agent(SENTIMENT.name, spreading.handle)]
        if self._settles:
            settling = Settling(table, self._outside, self._clock, compute=at_once, **kept)
            self._recovered = [settling.recovered]
            return [*agents, Agent(RISK_EFFECTS.name, settling.handle), Agent(TICKS_EVERYWHERE.name, settling.tick)]
        keeping = Keeping(table, self._outside, self._clock, **kept)
        self._recovered = [keeping.recovered]
        return [*agents, Agent(RISK_EFFECTS.name, keeping.handle)]

    def _of_rollups(self) -> list[Agent]:
        around = {"telemetry": self._telemetry, "patience": self._patience}
        shelf = Shelf(self._table("rollups"))
        rollups = Rollups(shelf, self._outside, self._clock, compute=at_once, **around)
        self._recovered.append(rollups.recovered)
        relay = TickRelay(self._outside, partitions=lambda: self._outside.count(TICKS_EVERYWHERE.name), **around)
        return [
            Agent(SENTIMENT.name, rollups.absorb),
            Agent(TICKS_EVERYWHERE.name, rollups.tick),
            Agent(TICKS.name, relay.handle),
        ]

    def _of_alerts(self) -> list[Agent]:
        outlet = Outlet(self._outside, self._outside, self._clock, self._telemetry, self._patience)
        table = SubscriptionTable(_no_reader, self._outside, self._clock, telemetry=self._telemetry)
        for partition in range(self._broker.partitions):
            for record in self._broker.records((SUBSCRIPTIONS.name, partition)):
                table.learn(record)
        matching = Matching(table, nowhere, outlet, partitions=self._outside)
        keeping = SubscriptionKeeping(outlet)
        self._delivery = Delivery(outlet, self._outside, settle=self._settles, compute=at_once)
        return [
            *(Agent(topic.name, matching.handle) for topic in (SENTIMENT, RISK, TICKS)),
            Agent(SUBSCRIPTIONS.name, keeping.handle),
            Agent(MATCHES.name, self._delivery.handle),
        ]


def _no_reader() -> NoReturn:
    raise AssertionError("the table is taught, not started")
