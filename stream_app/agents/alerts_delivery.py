"""Second stage: notices to alerts, with the memory of each partition, in the order of the subscriptions' own topic.

A throttle or a digest of a subscription spans all entities, so its memory cannot stand where events are partitioned by
entity: notices are partitioned by subscription.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from pydantic import ValidationError

from stream_app.agents.alerts_outlet import Outlet
from stream_app.alerts.book import AlertBook
from stream_app.alerts.inbox import Due, Inbox
from stream_app.alerts.notices import Calm, Ended, Matched, Notice, Reached, notice_from
from stream_app.alerts.ports import StateLog
from stream_app.alerts.verdicts import Verdict
from stream_app.errors import ServerUnavailable
from stream_app.events.alert import Alert
from stream_app.events.dead_letter import ErrorKind
from stream_app.events.risk_event import RiskEvent
from stream_app.events.topics import ALERTS, alerts_of
from stream_app.pipeline.isolation import Compute
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record, Rejection


@dataclass(slots=True)
class _Held:
    """The memory of one partition, the offset that is to come next, and what waits where alerts are settled."""

    book: AlertBook
    following: int
    inbox: Inbox | None

    def changes(self) -> dict[str, bytes | None]:
        """Return what has to be written, in this order."""
        if self.inbox is None:
            return self.book.changes()
        return self.inbox.added() | self.book.changes() | self.inbox.taken()


@dataclass(slots=True)
class _Outgoing:
    """What a batch gives."""

    alerts: list[Alert] = field(default_factory=list)
    letters: list[Message] = field(default_factory=list)
    held: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Take what comes of a notice."""
        self.alerts.extend(verdict.alerts)
        if verdict.held:
            self.held[verdict.held] += 1


class Delivery:
    """Handles batches of notices: alerts go out, then the memory is saved, then offsets may advance.

    A crash between any two of these repeats alerts under the ids that they had.
    """

    def __init__(
        self, outlet: Outlet, state: StateLog, *, settle: bool = False, compute: Compute = asyncio.to_thread
    ) -> None:
        """`settle` decides at ticks, in the order of event time, and not as notices come."""
        self._outlet, self._state, self._settles, self._compute = outlet, state, settle, compute
        self._held: dict[int, _Held] = {}

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when the alerts of all records are written, and what is to be remembered of them."""
        by_partition: defaultdict[int, list[Record]] = defaultdict(list)
        for record in records:
            by_partition[record.partition].append(record)
        for partition, some in by_partition.items():
            await self._handle(partition, some)

    async def _handle(self, partition: int, records: Sequence[Record]) -> None:
        held = await self._memory(partition, records[0].offset)
        outgoing = await self._compute(partial(self._taken, records, held))
        await self._outlet.patience.until_available(partial(self._deliver, outgoing))
        if changes := held.changes():
            await self._outlet.patience.until_available(partial(self._state.save, partition, changes))
        held.following = records[-1].offset + 1
        self._outlet.telemetry.count("stream_app_alerts_total", len(outgoing.alerts))
        for why, count in outgoing.held.items():
            self._outlet.telemetry.count("stream_app_alerts_held_total", count, why=why)

    async def _memory(self, partition: int, offset: int) -> _Held:
        """Return the partition's memory; read anew where another worker may have gone on with it."""
        held = self._held.get(partition)
        if held is None or held.following != offset:
            entries = await self._outlet.patience.until_available(partial(self._state.load, partition))
            inbox = Inbox(entries) if self._settles else None
            held = self._held[partition] = _Held(AlertBook(entries), offset, inbox)
        return held

    def _taken(self, records: Sequence[Record], held: _Held) -> _Outgoing:
        outgoing = _Outgoing()
        for record in records:
            with self._isolated(record, outgoing):
                notice = notice_from(record.value or b"")
                if held.inbox is None:
                    outgoing.add(self._applied(notice, held.book, record.offset))
                else:
                    self._take(notice, record, held.inbox, book=held.book, outgoing=outgoing)
        return outgoing

    def _take(self, notice: Notice, record: Record, inbox: Inbox, *, book: AlertBook, outgoing: _Outgoing) -> None:
        match notice:
            case Matched() | Calm():
                inbox.hold(notice, record.offset, record.value or b"")
            case Ended():
                inbox.end(notice, record.offset)
                outgoing.add(self._applied(notice, book, record.offset))
            case Reached() if due := inbox.reach(notice.event_time, record.offset):
                self._settle(due, record, book=book, outgoing=outgoing)

    def _settle(self, due: Due, tick: Record, *, book: AlertBook, outgoing: _Outgoing) -> None:
        book.begin_settling(due.upto)
        for one in due.notices:
            waited = replace(tick, offset=one.offset, key=one.subscription.encode(), value=one.value)
            with self._isolated(waited, outgoing):
                outgoing.add(self._applied(notice_from(one.value), book, tick.offset))
        now = self._outlet.clock.now()
        outgoing.add(book.end_settling(due.upto, tick.offset, processed_at=now))

    def _applied(self, notice: Notice, book: AlertBook, offset: int) -> Verdict:
        return book.apply(notice, offset, processed_at=self._outlet.clock.now())

    @contextmanager
    def _isolated(self, record: Record, outgoing: _Outgoing) -> Iterator[None]:
        """Make a dead letter of a record that is no notice of ours or trips a bug: it must not stop the others."""
        try:
            yield
        except ValidationError as error:
            message = f"no notice of ours: {error.errors(include_url=False)[0]['msg']}"
            outgoing.letters.append(self._outlet.letter(record, Rejection(ErrorKind.WRONG_TYPE, None, message)))
        except Exception as error:  # noqa: BLE001  (as above)
            outgoing.letters.append(self._outlet.bug(record, error))

    async def _deliver(self, outgoing: _Outgoing) -> None:
        """Write all; a topic that the broker would not make costs its subscription the topic, not the alert."""
        topics = self._outlet.topics
        there = await topics.ensure({alert.subscription for alert in outgoing.alerts})
        messages = [one for alert in outgoing.alerts for one in _messages(alert, own=alert.subscription in there)]
        try:
            if messages or outgoing.letters:
                await self._outlet.log.send([*messages, *outgoing.letters])
        except ServerUnavailable:
            topics.forget()  # perhaps one of them was deleted
            raise


def _messages(alert: Alert, *, own: bool) -> list[Message]:
    event = alert.event
    entity = event.exposed if isinstance(event, RiskEvent) else event.entity
    key, value = (entity.id.encode() if entity else None), alert.model_dump_json().encode()
    names = (ALERTS.name, alerts_of(alert.subscription)) if own else (ALERTS.name,)
    return [Message(name, key, value) for name in names]
