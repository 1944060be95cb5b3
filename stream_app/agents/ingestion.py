"""A micro-batch's way to its outcomes: prepared side by side with others, concluded one after the other."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from stream_app.adapters.snapshots import SnapshotSource
from stream_app.agents.outbox import Outbox
from stream_app.agents.patience import Patience
from stream_app.errors import DeadLetterLimitExceeded
from stream_app.pipeline.dead_letter_limit import DeadLetterLimit
from stream_app.pipeline.flow import Flow
from stream_app.pipeline.records import Outcome, Record


class Ingestion:
    """Handles batches of records; when `handle` has returned, their offsets may advance."""

    def __init__(
        self,
        flow: Flow,
        outbox: Outbox,
        *,
        snapshots: SnapshotSource,
        patience: Patience,
        new_limit: Callable[[], DeadLetterLimit],
    ) -> None:
        """`new_limit` makes the limit of one input topic."""
        self._flow, self._outbox = flow, outbox
        self._snapshots, self._patience = snapshots, patience
        self._limits: defaultdict[str, DeadLetterLimit] = defaultdict(new_limit)
        self._order = asyncio.Lock()

    async def handle(self, records: Sequence[Record]) -> None:
        """Return when every record has its outcome, written and remembered.

        Raises DeadLetterLimitExceeded, and whatever waiting does not cure.
        """
        snapshot = self._snapshots.current
        prepared = await self._patience.until_available(partial(self._flow.prepare, records, snapshot))
        # One batch at a time from here: the first document of a story is remembered before the second asks.
        async with self._order:
            processed = await self._patience.until_available(partial(self._flow.conclude, prepared))
            await self._outbox.deliver(processed)
        self._watch_limits(processed.outcomes)

    def _watch_limits(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            topic = outcome.record.topic
            limit = self._limits[topic]
            limit.add(outcome.result)
            if limit.exceeded:
                raise DeadLetterLimitExceeded(
                    f"most of the last {limit.stretch} records of {topic} were invalid: the worker stops instead of "
                    "draining the topic; see `stream-app dlq list`, mend what produces them, then start it again"
                )
