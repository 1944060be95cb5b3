"""What is remembered, as one value that grows: a batch's own notes, and the seen store's twin in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from stream_app.events.ids import story_id
from stream_app.pipeline.chronicle import Chronicle
from stream_app.pipeline.novelty import MOST_STORIES_OF_SLOT, Member, Query, Recollection, Seen, Sighting, Story


class StoryBook:
    """Documents, stories, their members and slots; bounded in each story as every seen store is."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.stories: dict[str, Story] = {}
        self._chronicles: dict[str, Chronicle] = {}
        self._recalled: Mapping[str, Sequence[Member]] = {}
        self._slots: dict[int, deque[str]] = {}

    @classmethod
    def of(cls, recollection: Recollection) -> Self:
        """Return a book of its own that begins with what was recalled."""
        book = cls()
        book.seen.update(recollection.seen)
        book.stories.update(recollection.stories)
        book._recalled = recollection.members
        book._slots.update({slot: deque(ids, MOST_STORIES_OF_SLOT) for slot, ids in recollection.slots.items()})
        return book

    def __len__(self) -> int:
        """Number of documents."""
        return len(self.seen)

    def add(self, sighting: Sighting) -> None:
        """Remember a document, unless it is remembered already."""
        if sighting.document_id in self.seen:
            return
        self.seen[sighting.document_id] = sighting.seen
        if sighting.founded is not None:
            self.stories[sighting.founded.id] = sighting.founded
            for slot in sighting.founded.fingerprint.slots:
                self._slots.setdefault(slot, deque(maxlen=MOST_STORIES_OF_SLOT)).append(sighting.founded.id)
        if sighting.seen.story_id in self.stories:  # others, which somebody else founded, are never looked up here
            self.chronicle(sighting.seen.story_id).add(sighting.member)

    def forget_first(self) -> None:
        """Forget the document that came first, and with it the story that it founded."""
        document_id = next(iter(self.seen))
        del self.seen[document_id]
        story = self.stories.pop(story_id(document_id), None)
        if story is None:
            return
        self._chronicles.pop(story.id, None)
        for slot in story.fingerprint.slots:
            self._slots[slot] = deque((key for key in self._slots[slot] if key != story.id), MOST_STORIES_OF_SLOT)
            if not self._slots[slot]:
                del self._slots[slot]

    def chronicle(self, story: str) -> Chronicle:
        """Return the story's documents; made when first asked for, since few of those recalled ever are."""
        if story not in self._chronicles:
            self._chronicles[story] = Chronicle(self._recalled.get(story, ()))
        return self._chronicles[story]

    def candidates(self, query: Query) -> list[Story]:
        """Return the stories that share a slot with the document."""
        ids = dict.fromkeys(key for slot in query.fingerprint.slots for key in self._slots.get(slot, ()))
        return [self.stories[key] for key in ids if key in self.stories]

    def recall(self, queries: Iterable[Query]) -> Recollection:
        """Return what bears on these documents."""
        asked = list(queries)
        wanted = {slot for one in asked for slot in one.fingerprint.slots}
        slots = {slot: tuple(self._slots[slot]) for slot in wanted if slot in self._slots}
        seen = {one.document_id: self.seen[one.document_id] for one in asked if one.document_id in self.seen}
        stories = {key: self.stories[key] for ids in slots.values() for key in ids if key in self.stories}
        members = {key: self.chronicle(key).members() for key in stories}
        return Recollection(seen, stories, members, slots)
