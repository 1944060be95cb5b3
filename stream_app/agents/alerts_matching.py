"""First stage: events and ticks to notices for the subscriptions that they matter to.

And what is done for a record of `subscriptions` once, by whichever worker has its partition.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from stream_app.agents.alerts_outlet import Outlet
from stream_app.agents.alerts_table import SubscriptionTable
from stream_app.alerts.affiliation import Affiliate
from stream_app.alerts.facts import Event
from stream_app.alerts.matching import notices_of
from stream_app.alerts.notices import Calm, Ended, Matched, Origin, Reached
from stream_app.alerts.ports import Partitions
from stream_app.alerts.reading import ReadSubscription, name_of, read_event, read_subscription
from stream_app.events.subscription import Subscription
from stream_app.events.tick import Tick
from stream_app.events.topics import MATCHES
from stream_app.pipeline.ports import Message
from stream_app.pipeline.records import Record, Rejection


class Matching:
    """Handles batches of events and ticks."""

    def __init__(
        self, table: SubscriptionTable, affiliate: Affiliate, outlet: Outlet, *, partitions: Partitions
    ) -> None:
        self._table, self._affiliate, self._outlet, self._partitions = table, affiliate, outlet, partitions

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when the notices of all records are written."""
        messages: list[Message] = []
        reached: list[Tick] = []
        for record in records:
            meaning = read_event(record)
            if isinstance(meaning, Rejection):
                messages.append(self._outlet.letter(record, meaning))
            elif isinstance(meaning, Tick):
                reached.append(meaning)
            else:
                try:
                    found = self._notices(meaning, record)
                except Exception as error:  # noqa: BLE001  (a bug that one record trips must not stop the others)
                    found = [self._outlet.bug(record, error)]
                messages.extend(found)
        if reached:
            messages.extend(await self._ticks(max(tick.event_time for tick in reached)))
        if messages:
            await self._outlet.send(messages)
        self._outlet.telemetry.count("stream_app_matches_total", sum(one.topic == MATCHES.name for one in messages))

    def _notices(self, event: Event, record: Record) -> list[Message]:
        origin = Origin(source=f"{record.topic}/{record.partition}", offset=record.offset, stamp=record.received_at)
        found = notices_of(event, self._table.matcher, self._affiliate, origin=origin, judged_at=record.judged_at)
        return [_message(one) for one in found]

    async def _ticks(self, event_time: datetime) -> list[Message]:
        """Tell every partition: each has subscriptions whose digests may be due."""
        count = await self._outlet.patience.until_available(partial(self._partitions.count, MATCHES.name))
        value = Reached(event_time=event_time).model_dump_json().encode()
        return [Message(MATCHES.name, None, value, partition=partition) for partition in range(count)]


class Keeping:
    """Handles batches of records of `subscriptions`: topics for the new, an end for the old, letters for the bad."""

    def __init__(self, outlet: Outlet, *, read: ReadSubscription = read_subscription) -> None:
        self._outlet, self._read = outlet, read

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when all topics are there and all letters written."""
        messages: list[Message] = []
        names: set[str] = set()
        for record in records:
            match self._read(record):
                case Rejection() as rejection:
                    messages.append(self._outlet.letter(record, rejection))
                case Subscription() as subscription:
                    names.add(subscription.name)
                    continue
            if (name := name_of(record)) is not None:  # a tombstone, or a value that takes the place of what was valid
                messages.append(_message(Ended(subscription=name, at=record.offset)))
                names.discard(name)
        if names:
            self._outlet.topics.forget(names)
            await self._outlet.patience.until_available(partial(self._outlet.topics.ensure, names))
        if messages:
            await self._outlet.send(messages)


def _message(notice: Matched | Calm | Ended) -> Message:
    name = notice.terms.name if isinstance(notice, Matched) else notice.subscription
    return Message(MATCHES.name, name.encode(), notice.model_dump_json().encode())
