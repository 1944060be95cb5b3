"""The engine's consumer, made to hand out each record once and in order, whatever a rebalance falls into.

Faust (faust-streaming 0.15.3) lets partitions flow before it has gone back to what was committed, forgets records that
it fetched while flow was stopped, and does not go back where nothing was committed. Workers that were killed then read
later records before earlier ones, or stood still. Here a partition flows only once its position is set, positions are
set all at once, and what was fetched before that is dropped: it is fetched again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP

_MILLISECONDS = 1000
_LOOK_SECONDS = 0.1
"""How long to wait for records before looking again which partitions flow."""
_OTHERWISE_ASSIGNED = "partitions are assigned anew"


@dataclass(frozen=True, slots=True)
class _Fetched:
    """Records by partition, and how often positions had been set when they were taken."""

    records: Mapping[TP, Any]
    positions: int


class _ConsumerThread(AIOKafkaConsumerThread):  # type: ignore[misc]
    """The side of the client: positions and records change in this thread alone, so none falls between them."""

    positions = 0

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:  # noqa: ANN401  (Faust is not typed)
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = int(self.app.fetch_wait * _MILLISECONDS)  # noqa: SLF001  (read when it starts)
        return consumer

    async def fetch(self, partitions: Collection[TP], *, seconds: float) -> _Fetched:
        """Return what has come of the partitions, after `seconds` at most."""
        return await self.call_thread(self._fetch, partitions, seconds)  # type: ignore[no-any-return]

    async def _fetch(self, partitions: Collection[TP], seconds: float) -> _Fetched:
        client = self._ensure_consumer()
        records = await self._fetch_records(client, partitions, timeout=seconds, max_records=client._max_poll_records)  # noqa: SLF001
        return _Fetched(records, self.positions)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Set the position of every stream to what is committed, or to its start, and return the positions.

        Raises IllegalStateError where a rebalance came in between, which sets positions itself.
        """
        return await self.call_thread(self._seek_to_committed)  # type: ignore[no-any-return]

    async def _seek_to_committed(self) -> Mapping[TP, int]:
        client = self._ensure_consumer()
        assignment = client._subscription.subscription.assignment  # noqa: SLF001
        if assignment is None:
            raise IllegalStateError(_OTHERWISE_ASSIGNED)
        changelogs = self.app.tables.changelog_topics
        partitions = [partition for partition in assignment.tps if partition.topic not in changelogs]
        committed = await client._coordinator.fetch_committed_offsets(partitions)  # noqa: SLF001  (one request for all)
        if client._subscription.subscription.assignment is not assignment:  # noqa: SLF001
            raise IllegalStateError(_OTHERWISE_ASSIGNED)
        self.positions += 1
        found = {}
        for partition in partitions:
            known = committed.get(partition)
            found[partition] = max(known.offset, 0) if known else 0
            client._fetcher.seek_to(partition, found[partition])  # noqa: SLF001
        return found

    async def _seek_wait(self, consumer: AIOKafkaConsumer, partitions: Mapping[TP, int]) -> None:
        self.positions += 1
        await super()._seek_wait(consumer, partitions)


class _Consumer(Consumer):  # type: ignore[misc]
    """The side of the agents: partitions of streams flow from when their positions are set until they are paused."""

    _thread: _ConsumerThread
    _assigned = False

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Let none of them flow yet."""
        self._assigned = True
        self._paused_partitions.update(assigned)
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let none of them flow, though their positions may just be set."""
        self._assigned = False
        await super().on_partitions_revoked(revoked)

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Let changelogs flow; streams wait for their positions."""
        super().resume_partitions({partition for partition in tps if self._is_changelog_tp(partition)})

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        """Let none of them flow, a full one neither."""
        paused = set(tps)
        self._buffered_partitions.difference_update(paused)
        super().pause_partitions(paused)

    async def perform_seek(self) -> None:
        """Set the positions of streams, and let them flow. Raises IllegalStateError like `seek_to_committed`."""
        await super().perform_seek()
        if not self._assigned:
            raise IllegalStateError(_OTHERWISE_ASSIGNED)
        super().resume_partitions({tp for tp in self.assignment() if not self._is_changelog_tp(tp)})

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:  # noqa: ASYNC109  (Faust's name)
        """Yield what has come of the partitions that flow."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        flowing = frozenset(self._get_active_partitions())
        if not flowing:
            await self.sleep(_LOOK_SECONDS)
            return
        fetched = await self._thread.fetch(flowing, seconds=min(timeout, _LOOK_SECONDS))
        for partition, record in self.scheduler.iterate(fetched.records):
            if self.should_stop or not self.flow_active or fetched.positions != self._thread.positions:
                return
            if partition in self._active_partitions or partition in self._buffered_partitions:
                yield partition, self._to_message(partition, record)


class InOrder(Transport):  # type: ignore[misc]
    """Faust's transport over aiokafka, with the consumer above."""

    Consumer = _Consumer
