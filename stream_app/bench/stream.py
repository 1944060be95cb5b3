"""The running stream end to end: how many documents a second, and how late events are at half of that."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import orjson

from stream_app.adapters.kafka import Connection, KafkaEventLog
from stream_app.adapters.kafka_reader import TopicReader
from stream_app.bench.corpus import record_values
from stream_app.errors import ServerUnavailable
from stream_app.events.topics import NEWS, SENTIMENT
from stream_app.pipeline.ports import Message

_PACE_SECONDS = 0.01
_PATIENCE_SECONDS = 300.0
_MILLISECONDS = 1000.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the broker's time stamp of a document to that of its event."""

    median_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class _Arrival:
    """When a document and its event reached the broker."""

    document: datetime
    event: datetime


class StreamBench:
    """Feeds headlines to a stream that runs, and watches what comes out."""

    def __init__(self, connection: Connection, *, prefix: str = "") -> None:
        self._connection, self._prefix = connection, prefix

    async def rate(self, titles: Sequence[str], *, run: str) -> float:
        """Return documents per second over a backlog that is published at once: those after the first batch."""
        async with self._log() as log:
            await log.send(_messages(titles, run))
        arrivals = await self._arrivals(run, len(titles))
        done = sorted(min(one.event for one in of_document) for of_document in arrivals.values())
        span = (done[-1] - done[0]).total_seconds()
        return sum(moment > done[0] for moment in done) / span

    async def latency(self, titles: Sequence[str], *, run: str, documents_a_second: float) -> Latency:
        """Return the latencies of documents that are published at this rate."""
        messages = _messages(titles, run)
        began = time.perf_counter()
        sent = 0
        async with self._log() as log:
            while sent < len(messages):
                due = min(len(messages), int((time.perf_counter() - began) * documents_a_second) + 1)
                await log.send(messages[sent:due])
                sent = due
                await asyncio.sleep(_PACE_SECONDS)
        arrivals = await self._arrivals(run, len(titles))
        delays = [one.event - one.document for of_document in arrivals.values() for one in of_document]
        median, p99 = np.percentile([delay.total_seconds() * _MILLISECONDS for delay in delays], [50, 99])
        return Latency(float(median), float(p99))

    def _log(self) -> _Closing:
        return _Closing(KafkaEventLog(self._connection, prefix=self._prefix))

    async def _arrivals(self, run: str, documents: int) -> dict[str, list[_Arrival]]:
        """Return the arrivals of each document of the run, once every one has an event."""
        reader = TopicReader(self._connection, SENTIMENT.name, prefix=self._prefix)
        await reader.start(from_start=True)
        found: dict[str, list[_Arrival]] = defaultdict(list)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                async for record in reader.follow():
                    event = orjson.loads(record.value or b"")
                    if event["document_id"].startswith(f"{run}-"):
                        received = datetime.fromisoformat(event["received_at"])
                        found[event["document_id"]].append(_Arrival(received, record.received_at))
                    if len(found) == documents:
                        break
        except TimeoutError:
            raise ServerUnavailable(
                f"{len(found)} of {documents} documents have events after {_PATIENCE_SECONDS:g} s: see the worker's log"
            ) from None
        finally:
            await reader.stop()
        return found


class _Closing:
    """A log that is stopped at the end of a block."""

    def __init__(self, log: KafkaEventLog) -> None:
        self._log = log

    async def __aenter__(self) -> KafkaEventLog:
        return self._log

    async def __aexit__(self, *_: object) -> None:
        await self._log.stop()


def _messages(titles: Sequence[str], run: str) -> list[Message]:
    return [Message(NEWS.name, str(at).encode(), value) for at, value in enumerate(record_values(titles, run=run))]
