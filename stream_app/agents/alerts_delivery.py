"""Second stage: notices to alerts, with the memory of each partition, in the order of the subscriptions' own topic.

A throttle or a digest of a subscription spans all entities, so its memory cannot stand where events are partitioned by
entity: notices are partitioned by subscription.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from pydantic import ValidationError

from stream_app.agents.alerts_outlet import Outlet
from stream_app.alerts.book import AlertBook
from stream_app.alerts.notices import notice_from
from stream_app.alerts.ports import StateLog
from stream_app.errors import ServerUnavailable
from stream_app.events.alert import Alert
from stream_app.events.dead_letter import ErrorKind
from stream_app.events.risk_event import RiskEvent
from stream_app.events.topics import ALERTS, alerts_of
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record, Rejection


@dataclass(slots=True)
class _Held:
    """The memory of one partition, and the offset that is to come next."""

    book: AlertBook
    following: int


@dataclass(slots=True)
class _Outgoing:
    """What a batch gives."""

    alerts: list[Alert] = field(default_factory=list)
    letters: list[Message] = field(default_factory=list)


class Delivery:
    """Handles batches of notices: alerts go out, then the memory is saved, then offsets may advance.

    A crash between any two of these repeats alerts under the ids that they had.
    """

    def __init__(self, outlet: Outlet, state: StateLog) -> None:
        self._outlet, self._state = outlet, state
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
        outgoing = _Outgoing()
        for record in records:
            self._apply(record, held.book, outgoing)
        await self._outlet.patience.until_available(partial(self._deliver, outgoing))
        if changes := held.book.changes():
            await self._outlet.patience.until_available(partial(self._state.save, partition, changes))
        held.following = records[-1].offset + 1
        self._outlet.telemetry.count("stream_app_alerts_total", len(outgoing.alerts))

    async def _memory(self, partition: int, offset: int) -> _Held:
        """Return the partition's memory; read anew where another worker may have gone on with it."""
        held = self._held.get(partition)
        if held is None or held.following != offset:
            entries = await self._outlet.patience.until_available(partial(self._state.load, partition))
            held = self._held[partition] = _Held(AlertBook(entries), offset)
        return held

    def _apply(self, record: Record, book: AlertBook, outgoing: _Outgoing) -> None:
        try:
            notice = notice_from(record.value or b"")
            verdict = book.apply(notice, record.offset, processed_at=self._outlet.clock.now())
        except ValidationError as error:
            message = f"no notice of ours: {error.errors(include_url=False)[0]['msg']}"
            outgoing.letters.append(self._outlet.letter(record, Rejection(ErrorKind.WRONG_TYPE, None, message)))
        except Exception as error:  # noqa: BLE001  (a bug that one record trips must not stop the others)
            outgoing.letters.append(self._outlet.bug(record, error))
        else:
            outgoing.alerts.extend(verdict.alerts)
            if verdict.held:
                self._outlet.telemetry.count("stream_app_alerts_held_total", why=verdict.held)

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
