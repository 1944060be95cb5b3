"""Which story a document tells, how new it is, and how often the story was told: judged by event time alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from stream_app.events.ids import story_id
from stream_app.events.sentiment_event import StoryCounts
from stream_app.pipeline.chronicle import Chronicle
from stream_app.pipeline.fingerprint import shared
from stream_app.pipeline.marks import agree, alike
from stream_app.pipeline.novelty import NO_ENTITY, STORY_SPAN, Member, Query, Seen, Sighting, Story
from stream_app.pipeline.story_book import StoryBook

DECAY = 0.75
CHAIN_SPAN = timedelta(hours=24)
_WINDOWS = {
    "h12": timedelta(hours=12),
    "h24": timedelta(hours=24),
    "d3": timedelta(days=3),
    "d5": timedelta(days=5),
    "d7": timedelta(days=7),
}

# Chosen by reading pairs of 9,400 finance tweets: under these, pairs that tell the same become rare; most that are
# over them and differ are one template filled with two names, which entities and marks tell apart.
ALIKE = 0.7
ALIKE_ON_SAME_ENTITIES = 0.4
ALIKE_TITLES = 0.8
_SAME_ENTITIES = 0.51


@dataclass(frozen=True, slots=True)
class Judgement:
    """What novelty says of one document; `known` where it was there before, else `sighting` is to be remembered."""

    seen: Seen
    known: bool
    sighting: Sighting | None

    @property
    def novelty(self) -> float:
        """1 for the first of a chain, 0.75 times the last with each repeat."""
        return DECAY**self.seen.repeats

    def counts(self, entity: str | None) -> StoryCounts:
        """Return how often the story was told of this entity; None: of none."""
        return self.seen.counts.get(NO_ENTITY if entity is None else entity, StoryCounts())


def known(seen: Seen) -> Judgement:
    """Return what was said of the document before."""
    return Judgement(seen, known=True, sighting=None)


def judge(query: Query, book: StoryBook, versions: tuple[str, str]) -> Judgement:
    """Judge a document by what came before it; one that came before keeps what was said of it then."""
    if (seen := book.seen.get(query.document_id)) is not None:
        return known(seen)
    told = _story(query, book.candidates(query))
    story = told or Story(story_id(query.document_id), query.published_at, query.entities, query.fingerprint)
    chronicle = book.chronicle(story.id)
    before = chronicle.repeats_before(query.published_at, within=CHAIN_SPAN)
    entities = query.entities or frozenset({NO_ENTITY})
    counts = {} if told is None else _counts(entities, chronicle, query.published_at)
    seen = Seen(story.id, 0 if before is None else before + 1, counts, versions)
    member = Member(query.published_at, seen.repeats, entities)
    founded = story if told is None else None
    return Judgement(seen, known=False, sighting=Sighting(query.document_id, seen, member, founded))


def _story(query: Query, candidates: Iterable[Story]) -> Story | None:
    """Return the story that the document tells most closely, or None."""
    alike = [(likeness, story) for story in candidates if (likeness := _likeness(query, story)) is not None]
    return max(alike, key=lambda pair: (pair[0], pair[1].published_at, pair[1].id))[1] if alike else None


def _likeness(query: Query, story: Story) -> float | None:
    """Return how alike document and story are, or None where they tell different things."""
    ones, others = query.fingerprint, story.fingerprint
    if abs(query.published_at - story.published_at) > STORY_SPAN or not agree(ones.marks, others.marks):
        return None
    if query.entities and story.entities and not alike(query.entities, story.entities, _SAME_ENTITIES):
        return None
    needed = ALIKE_ON_SAME_ENTITIES if query.entities & story.entities else ALIKE
    whole = shared(ones.whole, others.whole)
    if whole >= needed:
        return whole
    # Two texts under one title may tell different things; a title alone is told by whoever has the same.
    lead = shared(ones.lead, others.lead)
    bare = ones.lead == ones.whole or others.lead == others.whole
    return lead if lead >= (needed if bare else ALIKE_TITLES) else None


def _counts(entities: Iterable[str], chronicle: Chronicle, moment: datetime) -> dict[str, StoryCounts]:
    told = {entity: chronicle.counts(entity, moment, _WINDOWS.values()) for entity in sorted(entities)}
    return {entity: StoryCounts(**dict(zip(_WINDOWS, of, strict=True))) for entity, of in told.items() if any(of)}
