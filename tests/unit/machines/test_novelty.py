"""Novelty under repeats and crashes: each document is told as a list of all documents before it tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from stream_app.adapters.memory_seen import MemorySeenStore
from stream_app.events.ids import story_id
from stream_app.pipeline.novelty import STORY_SPAN
from stream_app.pipeline.stories import Judgement, judge
from stream_app.pipeline.story_book import StoryBook
from tests.factories import START, hours, query
from tests.world.outside import answer

TELLINGS = (
    ("Apple raises its outlook after strong demand for its newest phones", "company:apple"),
    ("Boeing halts deliveries because of cracks in the tails of its jets", "company:boeing"),
    ("Central bank of Norway keeps the key rate where it has been", "company:norges"),
)
"""Texts that share no words, so that two documents tell the same story exactly where they have the same text."""

COUNTED = {"h12": hours(12), "h24": hours(24), "d3": hours(72), "d5": hours(120), "d7": hours(168)}
VERSIONS = ("model", "graph")


@dataclass
class Told:
    """A document as the slow way remembers it."""

    document: str
    telling: int
    at: datetime
    story: str
    repeats: int


class Novelty(RuleBasedStateMachine):
    """The seen store, and a list of all documents in the order of their arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemorySeenStore()
        self.list: list[Told] = []
        self.first: dict[str, Judgement] = {}

    @rule(number=st.integers(0, 15), telling=st.integers(0, 2), hour=st.integers(0, 300), crashes=st.integers(0, 2))
    def document(self, number: int, telling: int, hour: int, crashes: int) -> None:
        """A document comes; a crash before it is marked lets it come again."""
        for attempt in range(crashes + 1):
            self._come(f"doc-{number}", telling, START + hours(hour), marked=attempt == crashes)

    @rule(number=st.integers(0, 15))
    def document_that_came_before(self, number: int) -> None:
        known = next((one for one in self.list if one.document == f"doc-{number}"), None)
        if known is not None:
            self._come(known.document, known.telling, known.at, marked=True)

    def _come(self, document: str, telling: int, at: datetime, *, marked: bool) -> None:
        text, entity = TELLINGS[telling]
        asked = query(document, text, published_at=at, entities=frozenset({entity}))
        found = judge(asked, StoryBook.of(answer(self.store.recall([asked]))), VERSIONS)
        if document in self.first:
            assert (found.known, found.seen) == (True, self.first[document].seen)
            return
        wanted = self._slow(document, telling, at)
        assert (found.seen.story_id, found.seen.repeats) == (wanted.story, wanted.repeats)
        counts = found.counts(entity)
        assert {name: getattr(counts, name) for name in COUNTED} == self._counts(wanted)
        if marked:
            assert found.sighting is not None
            answer(self.store.mark([found.sighting]))
            self.first[document] = found
            self.list.append(wanted)

    def _slow(self, document: str, telling: int, at: datetime) -> Told:
        founders: dict[str, Told] = {}
        for one in self.list:
            if one.telling == telling:
                founders.setdefault(one.story, one)
        near = [one for one in founders.values() if abs(at - one.at) <= STORY_SPAN]
        if not near:
            return Told(document, telling, at, story_id(document), 0)
        story = max(near, key=lambda one: (one.at, one.story)).story
        before = [one for one in self.list if one.story == story and timedelta(0) <= at - one.at <= hours(24)]
        last = max(before, key=lambda one: (one.at, one.repeats), default=None)
        return Told(document, telling, at, story, 0 if last is None else last.repeats + 1)

    def _counts(self, told: Told) -> dict[str, int]:
        members = [one for one in self.list if one.story == told.story]
        return {
            name: sum(timedelta(0) <= told.at - one.at <= span for one in members) for name, span in COUNTED.items()
        }


Novelty.TestCase.settings = settings(max_examples=20, stateful_step_count=20)
TestNovelty = Novelty.TestCase
