"""The changelog's twin in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping


class MemoryStateLog:
    """Keeps keyed values of each partition."""

    def __init__(self) -> None:
        self._partitions: defaultdict[int, dict[str, bytes]] = defaultdict(dict)

    async def save(self, partition: int, changes: Mapping[str, bytes | None]) -> None:
        """Keep the changes."""
        held = self._partitions[partition]
        for key, value in changes.items():
            if value is None:
                held.pop(key, None)
            else:
                held[key] = value

    async def load(self, partition: int) -> Mapping[str, bytes]:
        """Return what was saved for the partition."""
        return dict(self._partitions[partition])
