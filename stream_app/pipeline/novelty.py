"""What is remembered of documents: which story each belongs to, and who told it before. Values only.

`docs/novelty.md` says what these mean to a user; `stories.py` judges by them, the seen stores keep them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from stream_app.events.sentiment_event import StoryCounts
from stream_app.pipeline.fingerprint import Fingerprint

STORY_SPAN = timedelta(days=7)
"""How far in event time a document may lie from the first one of its story."""

MOST_MEMBERS = 1000
"""Documents that are remembered of one story, the last that arrived; counts go no further."""

MOST_STORIES_OF_SLOT = 32
"""Stories that one slot of a fingerprint leads to, the last that were founded."""

NO_ENTITY = ""
"""Stands among entity ids for a document that names none."""


@dataclass(frozen=True, slots=True)
class Query:
    """A document as novelty sees it; `entities` are the ids that it names."""

    document_id: str
    published_at: datetime
    entities: frozenset[str]
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Seen:
    """What was decided about a document when it came first.

    `repeats` is how many documents of the story's chain came before it. `counts` is by entity id and leaves out
    those whose counts are all zero. `versions` are those of model and graph that its events carry.
    """

    story_id: str
    repeats: int
    counts: Mapping[str, StoryCounts]
    versions: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """A story as its first document told it: what later documents are held against."""

    id: str
    published_at: datetime
    entities: frozenset[str]
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Member:
    """One document of a story."""

    published_at: datetime
    repeats: int
    entities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is to be remembered of one document; `founded` is set where it begins a story."""

    document_id: str
    seen: Seen
    member: Member
    founded: Story | None


@dataclass(frozen=True, slots=True)
class Recollection:
    """What a store remembers that bears on some queries.

    `seen` is by document id, `stories` and `members` (in order of arrival) by story id; `slots` leads from the
    slots of fingerprints to the ids of the stories that have them, in the order in which they were founded.
    A story's fingerprint may come back without its slots.
    """

    seen: Mapping[str, Seen]
    stories: Mapping[str, Story]
    members: Mapping[str, tuple[Member, ...]]
    slots: Mapping[int, tuple[str, ...]]


NOTHING = Recollection({}, {}, {}, {})
"""Of which nothing is remembered."""
