"""What a simulated worker reaches of the outside: each call takes virtual time, in which something may happen."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar
from zlib import crc32

from stream_app.adapters.memory_alert_topics import MemoryAlertTopics
from stream_app.adapters.memory_graph import MemoryGraphStore
from stream_app.adapters.memory_seen import MemorySeenStore
from stream_app.adapters.memory_state import MemoryStateLog
from stream_app.errors import ServerUnavailable
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.pipeline.novelty import Query, Recollection, Sighting
from stream_app.pipeline.ports import Message
from tests.unit.agents.world import ProcessEnded
from tests.world.broker import Broker, Place
from tests.world.faults import CrashAtCall, Fault, LostAnswer, Phase, Server

_T = TypeVar("_T")
_USUAL_SECONDS, _LONGEST_SECONDS = 0.01, 0.4
"""Under the patience of the seen store, of one second."""


class Servers:
    """The servers of the world, with what faults do to calls of them."""

    def __init__(self, broker: Broker, faults: Iterable[Fault], *, seed: int) -> None:
        self.broker, self._seed = broker, seed
        self.state, self.topics = MemoryStateLog(), MemoryAlertTopics()
        self.flush()
        self.away: Counter[Server] = Counter()
        self.calls: Counter[str] = Counter()
        """How many calls of each kind were made, by all workers."""
        self._crashes = {(one.port, one.number): one.phase for one in faults if isinstance(one, CrashAtCall)}
        self._lost = {(one.port, one.number) for one in faults if isinstance(one, LostAnswer)}

    def flush(self) -> None:
        """Empty the cache."""
        self.seen, self.graphs = MemorySeenStore(), MemoryGraphStore()

    def call(self, port: str) -> tuple[float, float, Phase | None, bool]:
        """Count a call; return its seconds before and after its effect, where it crashes, and if its answer is lost."""
        self.calls[port] += 1
        place = (port, self.calls[port])
        return *self._seconds(place), self._crashes.get(place), place in self._lost

    def _seconds(self, place: tuple[str, int]) -> tuple[float, float]:
        drawn = crc32(f"{self._seed} {place}".encode())
        longest = _LONGEST_SECONDS if drawn % 11 == 0 else _USUAL_SECONDS
        return longest * (drawn & 0xFFFF) / 0xFFFF, longest * (drawn >> 16) / 0xFFFF


class Outside:
    """All ports of one worker. Once the worker is gone, nothing that it still does reaches anybody."""

    version = "memory"

    def __init__(self, servers: Servers, crash: Callable[[], None], is_gone: Callable[[], bool]) -> None:
        self._servers, self._crash, self._is_gone = servers, crash, is_gone

    async def around(
        self, port: str, server: Server, work: Callable[[], _T], half: Callable[[], object] | None = None
    ) -> _T:
        """Do the work in the midst of a call; `half` does a part of it, for a crash that falls into it."""
        before, after, phase, lost = self._servers.call(port)
        await self._wait(before)
        self._crash_if(phase == "before")
        if self._servers.away[server]:
            raise ServerUnavailable(f"{server} is away")
        if phase == "half" and half is not None:
            half()
        self._crash_if(phase == "half")
        result = work()
        self._crash_if(phase == "after")
        await self._wait(after)
        if lost:
            raise ServerUnavailable(f"the answer of {server} is lost")
        return result

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._crash_if(self._is_gone())

    def _crash_if(self, now: bool) -> None:  # noqa: FBT001
        if now:
            self._crash()
            raise ProcessEnded

    async def send(self, messages: Sequence[Message]) -> None:
        broker = self._servers.broker
        append = broker.append
        await self.around("send", "broker", lambda: append(messages), lambda: append(_beginnings(broker, messages)))

    async def count(self, topic: str) -> int:
        del topic
        return await self.around("count", "broker", lambda: self._servers.broker.partitions)

    async def load(self, partition: int) -> Mapping[str, bytes]:
        return await self.around("load", "broker", lambda: answer(self._servers.state.load(partition)))

    async def save(self, partition: int, changes: Mapping[str, bytes | None]) -> None:
        some = dict(islice(changes.items(), len(changes) // 2))
        state = self._servers.state
        await self.around(
            "save",
            "broker",
            lambda: answer(state.save(partition, changes)),
            lambda: answer(state.save(partition, some)),
        )

    async def ensure(self, names: Collection[str]) -> Collection[str]:
        return await self.around("ensure", "broker", lambda: answer(self._servers.topics.ensure(names)))

    async def delete(self, names: Collection[str]) -> None:
        await self.around("delete", "broker", lambda: answer(self._servers.topics.delete(names)))

    def forget(self, names: Collection[str] | None = None) -> None:
        self._servers.topics.forget(names)

    async def recall(self, queries: Sequence[Query]) -> Recollection:
        return await self.around("recall", "cache", lambda: answer(self._servers.seen.recall(queries)))

    async def mark(self, sightings: Sequence[Sighting]) -> None:
        await self.around("mark", "cache", lambda: answer(self._servers.seen.mark(sightings)))

    async def ask_model(self) -> None:
        await self.around("infer", "model", lambda: None)


class Graphs:
    """The graph store as one worker reaches it."""

    def __init__(self, outside: Outside, servers: Servers) -> None:
        self._outside, self._servers = outside, servers

    async def publish(self, graph: KnowledgeGraph) -> None:
        await self._outside.around("graph", "cache", lambda: answer(self._servers.graphs.publish(graph)))

    async def current_version(self) -> str | None:
        return await self._outside.around("graph", "cache", lambda: answer(self._servers.graphs.current_version()))

    async def load(self, version: str) -> KnowledgeGraph:
        return await self._outside.around("graph", "cache", lambda: answer(self._servers.graphs.load(version)))

    async def details(self, version: str, ids: Collection[str]) -> Mapping[str, Entity]:
        return await self._outside.around("graph", "cache", lambda: answer(self._servers.graphs.details(version, ids)))


def answer(work: Coroutine[Any, Any, _T]) -> _T:
    """Return what a coroutine of a twin in memory returns: it waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a twin in memory waited")


def _beginnings(broker: Broker, messages: Sequence[Message]) -> list[Message]:
    """Return what a broker has of messages that were cut off: of each partition the first ones."""
    by_place: defaultdict[Place, list[Message]] = defaultdict(list)
    for message in messages:
        by_place[broker.place_of(message)].append(message)
    return [one for turn, some in enumerate(by_place.values()) for one in some[: (len(some) + turn % 2) // 2]]
