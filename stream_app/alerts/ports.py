"""What alerting needs of the outside, as protocols; each adapter has a twin in memory.

Every asynchronous method may raise `ServerUnavailable` (worth another try) or `ServerRejected` (not).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol


class StateLog(Protocol):
    """Where the memory of each partition is kept: a changelog, of which the last value of a key counts."""

    async def load(self, partition: int) -> Mapping[str, bytes]:
        """Return what was saved for the partition."""
        ...

    async def save(self, partition: int, changes: Mapping[str, bytes | None]) -> None:
        """Write the changes in their order, None for what is gone; return when the log has all of them."""
        ...


class AlertTopics(Protocol):
    """The topics `alerts.<subscription>`."""

    async def ensure(self, names: Collection[str]) -> Collection[str]:
        """Create what is missing of the subscriptions' topics; return the names of those that are there."""
        ...

    async def delete(self, names: Collection[str]) -> None:
        """Delete the subscriptions' topics; those that are not there are no error."""
        ...

    def forget(self, names: Collection[str] | None = None) -> None:
        """Look again, at the next `ensure`, whether these (None: all) are there."""
        ...


class Partitions(Protocol):
    """How many partitions a topic has."""

    async def count(self, topic: str) -> int:
        """Return the number; `topic` is without a prefix."""
        ...
