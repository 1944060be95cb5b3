"""Decides, in the one order of event time, how new each document is, before it is fed.

Workers take documents in whatever order their partitions and batches bring them; what a story's first document is must
not depend on that. So it is judged here, where the order is known, by the very functions that judge it live, and goes
with the record. It needs the graph and no model.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from stream_app.pipeline.decode import decode
from stream_app.pipeline.flow import query_of
from stream_app.pipeline.link import link
from stream_app.pipeline.novelty import STORY_SPAN, Seen
from stream_app.pipeline.records import Record, Rejection
from stream_app.pipeline.snapshot import Snapshot
from stream_app.pipeline.stories import judge
from stream_app.pipeline.story_book import StoryBook

KEPT = STORY_SPAN + timedelta(days=1)
"""How long, in event time, a document is remembered: as long as the live store keeps it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is decided of one document."""

    document_id: str
    seen: Seen


class Settler:
    """Remembers the documents of the last `KEPT` of event time."""

    def __init__(self, snapshot: Snapshot, *, model_version: str) -> None:
        self._snapshot, self._versions = snapshot, (model_version, snapshot.kg_version)
        self._book = StoryBook()
        self._remembered: deque[datetime] = deque()

    def settle(self, record: Record) -> Settled | None:
        """Return what is decided of the record's document; None where it holds none, which a worker will say."""
        try:
            document = decode(record)
            if isinstance(document, Rejection):
                return None
            query = query_of(link(document, self._snapshot))
        except Exception:  # noqa: BLE001  (what trips here trips in the worker too, which makes a dead letter of it)
            return None
        self._forget(query.published_at)
        judgement = judge(query, self._book, self._versions)
        if judgement.sighting is not None:
            self._book.add(judgement.sighting)
            self._remembered.append(query.published_at)
        return Settled(query.document_id, judgement.seen)

    def _forget(self, moment: datetime) -> None:
        """Forget from the front, so that memory follows the news of a week, not the length of the history."""
        while self._remembered and self._remembered[0] < moment - KEPT:
            self._book.forget_first()
            self._remembered.popleft()
