"""The event log's twin in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from stream_app.pipeline.ports import Message


class MemoryEventLog:
    """Keeps messages by topic, in the order in which they were sent."""

    def __init__(self) -> None:
        self.topics: defaultdict[str, list[Message]] = defaultdict(list)

    async def send(self, messages: Sequence[Message]) -> None:
        """Keep all."""
        for message in messages:
            self.topics[message.topic].append(message)
