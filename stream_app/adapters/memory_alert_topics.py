"""The topics of alerts in memory."""

from __future__ import annotations

from collections.abc import Collection


class MemoryAlertTopics:
    """Keeps the names of the subscriptions that have a topic."""

    def __init__(self) -> None:
        self.there: set[str] = set()

    async def ensure(self, names: Collection[str]) -> Collection[str]:
        """Have topics for all."""
        self.there |= set(names)
        return set(names)

    async def delete(self, names: Collection[str]) -> None:
        """Have no topics for these."""
        self.there -= set(names)

    def forget(self, names: Collection[str] | None = None) -> None:
        """Do nothing: what is in memory is looked at each time."""
