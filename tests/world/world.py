"""A simulated run: a scenario and faults go in, and what stands on the broker in the end comes out.

All that happens stands in a heap of (virtual time, action): what is fed and what goes wrong, planned at the start, and
what the workers' waiting adds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

from stream_app.events.tick import Tick
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
from stream_app.pipeline.ports import Message
from tests.factories import START
from tests.unit.agents.world import ProcessEnded
from tests.world import virtual
from tests.world.broker import Broker
from tests.world.faults import FEEDING_SECONDS, Away, Crash, Fault, FedTwice, Flush, LateTick, Rebalance
from tests.world.outside import Servers
from tests.world.scenario import END, SPAN, Scenario, replayed, subscriptions
from tests.world.worker import Worker

TICK_SECONDS, RESTART_SECONDS, LOOK_SECONDS, LONGEST_SECONDS = 9.0, 1.5, 0.5, 400.0
CONSUMED = (*INPUTS, SENTIMENT, RISK_EFFECTS, RISK, TICKS, TICKS_EVERYWHERE, SUBSCRIPTIONS, MATCHES)


class _Clock:
    """The wall clock of the world: its virtual minute of feeding is as long as the event time of what is fed."""

    def now(self) -> datetime:
        return START + timedelta(seconds=virtual.now() / FEEDING_SECONDS * SPAN.total_seconds())


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run has left behind: the servers, and the workers that were there in the end, stopped in good order."""

    servers: Servers
    workers: Sequence[Worker]
    crashes: int
    replay: bool

    @property
    def broker(self) -> Broker:
        """Everything that was ever sent."""
        return self.servers.broker


def run(scenario: Scenario, faults: Iterable[Fault] = (), *, new_worker: Callable[..., Worker] = Worker) -> Ended:
    """Run a scenario with these faults; AssertionError where it does not come to an end."""
    return virtual.run(World(scenario, list(faults), new_worker).live())


class World:
    """The servers, a group of workers, and the heap of what is to happen."""

    def __init__(self, scenario: Scenario, faults: Sequence[Fault], new_worker: Callable[..., Worker]) -> None:
        self._scenario, self._faults, self._new_worker = scenario, faults, new_worker
        self._clock = _Clock()
        self.servers = Servers(Broker(self._clock, partitions=scenario.partitions), faults, seed=scenario.seed)
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._members: dict[int, Worker] = {}
        self._departures: dict[int, asyncio.Future[float]] = {}
        self._changed, self._is_stable = asyncio.Event(), False
        self._assigning = asyncio.Lock()
        self._crashes = 0

    async def live(self) -> Ended:
        """Return when all is fed, all faults are over, and nothing is left to do."""
        broker = self.servers.broker
        broker.append([Message(SUBSCRIPTIONS.name, one.name.encode(), _json(one)) for one in subscriptions()])
        tasks = [asyncio.create_task(self._supervise(number)) for number in range(self._scenario.workers)]
        tasks.append(asyncio.create_task(self._coordinate()))
        self._plan()
        if self._scenario.replay:
            await asyncio.gather(self._play(), self._replay())
            await self._idle()
        else:
            await self._play()
            await self._idle()
            self._tick(END)
            await self._idle()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        workers = list(self._members.values())
        for worker in workers:
            await worker.stop()
        return Ended(self.servers, workers, self._crashes, self._scenario.replay)

    def _at(self, moment: float, action: Callable[[], None]) -> None:
        heappush(self._heap, (moment, next(self._order), action))

    def _plan(self) -> None:
        if not self._scenario.replay:
            for moment, message in self._scenario.fed:
                self._at(moment, partial(self._feed, message))
            for number in range(int(FEEDING_SECONDS / TICK_SECONDS)):
                self._at((number + 1) * TICK_SECONDS, lambda: self._tick(self._clock.now()))
        for fault in self._faults:
            self._plan_fault(fault)

    def _plan_fault(self, fault: Fault) -> None:
        match fault:
            case Crash(at, worker):
                self._at(at, lambda: self._crash(worker))
            case Rebalance(at, worker, seconds):
                self._at(at, lambda: self._depart(worker, seconds))
            case Away(server, at, seconds):
                self._at(at, lambda: self.servers.away.update({server: 1}))
                self._at(at + seconds, lambda: self.servers.away.update({server: -1}))
            case FedTwice(document, at):
                message = self._scenario.fed[document % len(self._scenario.fed)][1]
                self._at(at, lambda: self._feed(message))
            case LateTick(at, behind_hours):
                self._at(at, lambda: self._tick(self._clock.now() - timedelta(hours=behind_hours)))
            case Flush(at):
                self._at(at, self.servers.flush)

    async def _play(self) -> None:
        while self._heap:
            moment, _, action = heappop(self._heap)
            await asyncio.sleep(max(0.0, moment - virtual.now()))
            action()

    async def _replay(self) -> None:
        """Feed as a replay does: a tick when all before it is done, and nothing more before all is done with it."""
        items = list(replayed(self._scenario))
        for item in items:
            if item.is_tick:
                await self._idle()
            while self.servers.away["broker"]:  # noqa: ASYNC110  (virtual seconds cost nothing)
                await asyncio.sleep(LOOK_SECONDS)
            self.servers.broker.append(item.messages)
            await asyncio.sleep(FEEDING_SECONDS / 2 / len(items))
            if item.is_tick:
                await self._idle()

    def _feed(self, message: Message) -> None:
        if self.servers.away["broker"]:
            self._at(virtual.now() + 1, lambda: self._feed(message))
        else:
            self.servers.broker.append([message])

    def _tick(self, moment: datetime) -> None:
        value = _json(Tick(source="world", event_time=moment))
        self._feed(Message(TICKS.name, b"world", value, stamp=moment, partition=0))

    def _crash(self, number: int) -> None:
        if worker := self._members.get(number % self._scenario.workers):
            worker.crash()

    def _depart(self, number: int, seconds: float) -> None:
        departure = self._departures.get(number % self._scenario.workers)
        if departure is not None and not departure.done():
            departure.set_result(seconds)

    async def _supervise(self, number: int) -> None:
        """Start a worker again and again: after a crash soon, after a departure when it is over."""
        while True:
            departure = self._departures[number] = asyncio.get_running_loop().create_future()
            worker = self._new_worker(
                self.servers,
                self._clock,
                batch=self._scenario.batch,
                settle=self._scenario.replay,
                gone=partial(self._crashed, departure),
            )
            with suppress(ProcessEnded):
                await worker.start()
                self._members[number] = worker
                self._change()
            seconds = await departure
            if not worker.gone:
                async with self._assigning:
                    await worker.stop()
            self._members.pop(number, None)
            self._change()
            await asyncio.sleep(seconds)

    def _crashed(self, end: asyncio.Future[float]) -> None:
        self._crashes += 1
        if not end.done():
            end.set_result(RESTART_SECONDS)

    def _change(self) -> None:
        self._is_stable = False
        self._changed.set()

    async def _coordinate(self) -> None:
        """Share the partitions out among the members, whenever there are others."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            async with self._assigning:
                await asyncio.gather(*(worker.revoke() for worker in self._members.values()))
                alive = [worker for _, worker in sorted(self._members.items()) if not worker.gone]
                for place, worker in enumerate(alive):
                    await worker.assign(set(range(place, self._scenario.partitions, len(alive))))
            self._is_stable = not self._changed.is_set()

    async def _idle(self) -> None:
        while not (self._is_stable and len(self._members) == self._scenario.workers and not self._lag()):
            if virtual.now() > LONGEST_SECONDS:
                raise virtual.StandsStillError(f"not all is done after {LONGEST_SECONDS:g} s: {self._lag()}")
            await asyncio.sleep(LOOK_SECONDS)

    def _lag(self) -> dict[str, int]:
        broker = self.servers.broker
        places = [(topic.name, one) for topic in CONSUMED for one in range(broker.partitions)]
        lag = {place: broker.end(place) - broker.committed.get(place, 0) for place in places}
        return {f"{topic}/{partition}": left for (topic, partition), left in lag.items() if left}


def _json(event: object) -> bytes:
    return event.model_dump_json().encode()
