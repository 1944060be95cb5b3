"""What is remembered of documents, in this process alone: the twin of the store in Redis, and its stand-in."""

from __future__ import annotations

from collections.abc import Sequence

from stream_app.pipeline.novelty import Query, Recollection, Sighting
from stream_app.pipeline.story_book import StoryBook


class MemorySeenStore:
    """Remembers the last `most_documents` documents, and each story for as long as the document that began it."""

    def __init__(self, most_documents: int = 50_000) -> None:
        self._book = StoryBook()
        self._most_documents = most_documents

    async def recall(self, queries: Sequence[Query]) -> Recollection:
        """Return what is remembered that bears on the documents."""
        return self._book.recall(queries)

    async def mark(self, sightings: Sequence[Sighting]) -> None:
        """Remember the documents that are not remembered yet."""
        for sighting in sightings:
            self._book.add(sighting)
        while len(self._book) > self._most_documents:
            self._book.forget_first()
