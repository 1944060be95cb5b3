"""Which story a document tells, how new it is, and how often it was told: by event time, whatever the batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.events.sentiment_event import StoryCounts
from stream_app.pipeline.novelty import MOST_MEMBERS, MOST_STORIES_OF_SLOT, STORY_SPAN, Query
from stream_app.pipeline.stories import Judgement, judge
from stream_app.pipeline.story_book import StoryBook
from tests.factories import HEADLINE, START, hours, minutes, query

VERSIONS = ("model-1", "kg-1")
APPLE, BOEING = frozenset({"company:apple"}), frozenset({"company:boeing"})
TEXTS = (
    "Apple raises its outlook after strong demand",
    "RT @wire: Apple raises its outlook after strong demand https://t.co/x",
    "Apple raises outlook after very strong demand",
    "Boeing cuts its outlook after weak demand",
    "Apple raises its outlook by 5 percent after strong demand",
)
QUERIES = st.lists(
    st.builds(
        query,
        document_id=st.sampled_from([f"doc-{number}" for number in range(12)]),
        title=st.sampled_from(TEXTS),
        entities=st.sampled_from([frozenset(), APPLE, BOEING, APPLE | BOEING]),
        published_at=st.integers(0, 12 * 24).map(lambda step: START + hours(step)),
    ),
    max_size=30,
)


def told(queries: Sequence[Query], book: StoryBook | None = None) -> list[Judgement]:
    """Judge the documents in order, each remembered before the next."""
    book = StoryBook() if book is None else book
    judgements = []
    for one in queries:
        judgements.append(judge(one, book, VERSIONS))
        if judgements[-1].sighting:
            book.add(judgements[-1].sighting)
    return judgements


def test_first_of_a_story_is_wholly_new_and_each_repeat_is_less_so() -> None:
    judgements = told([query(f"doc-{number}", published_at=START + minutes(number)) for number in range(4)])
    assert [one.novelty for one in judgements] == [1.0, 0.75, 0.5625, 0.421875]
    assert len({one.seen.story_id for one in judgements}) == 1


@pytest.mark.parametrize(("gap", "novelty"), [(hours(24), 0.75), (hours(24) + minutes(1), 1.0)])
def test_story_is_new_again_a_day_after_its_last_document(gap: timedelta, novelty: float) -> None:
    first, second = told([query("a"), query("b", published_at=START + gap)])
    assert second.novelty == novelty
    assert second.seen.story_id == first.seen.story_id


def test_chain_goes_on_as_long_as_no_gap_is_over_a_day() -> None:
    judgements = told([query(f"doc-{number}", published_at=START + number * hours(20)) for number in range(4)])
    assert [one.seen.repeats for one in judgements] == [0, 1, 2, 3]


def test_counts_are_of_the_same_story_and_entity_and_of_windows_that_end_now() -> None:
    ages = [0, 11, 12, 13, 24, 25, 72, 120, 167]
    book = StoryBook()
    told([query(f"doc-{age}", published_at=START + STORY_SPAN - hours(age)) for age in reversed(ages)], book)
    last = query("last", published_at=START + STORY_SPAN, entities=APPLE | BOEING)
    (judgement,) = told([last], book)
    assert judgement.counts("company:apple") == StoryCounts(h12=3, h24=5, d3=7, d5=8, d7=9)
    assert judgement.counts("company:boeing") == StoryCounts()


def test_documents_that_name_nothing_are_counted_among_themselves() -> None:
    first, second, third = told([query("a", entities=frozenset()), query("b", entities=frozenset()), query("c")])
    assert [one.counts(None).h12 for one in (first, second)] == [0, 1]
    assert third.seen.story_id == first.seen.story_id
    assert third.counts("company:apple") == StoryCounts()


def test_what_was_published_later_does_not_count() -> None:
    late, early = told([query("late", published_at=START + hours(1)), query("early")])
    assert early.seen.story_id == late.seen.story_id
    assert early.novelty == 1
    assert early.counts("company:apple") == StoryCounts()


def test_document_that_comes_again_is_told_what_it_was_told_first() -> None:
    book = StoryBook()
    first = told([query("a"), query("b")], book)[1]
    told([query("c"), query("d")], book)
    again = judge(query("b", title="Another text altogether"), book, ("model-2", "kg-2"))
    assert (again.known, again.sighting, again.seen) == (True, None, first.seen)


@pytest.mark.parametrize(
    "title",
    [
        "Apple raises its outlook after strong demand, Boeing slumps",
        "RT @wire: Apple raises its outlook after strong demand while Boeing slumps http://t.co/1",
        "Apple raises outlook on strong demand while Boeing shares slump",
    ],
)
def test_same_story_in_other_words_is_found(title: str) -> None:
    first, second = told([query("a"), query("b", title=title)])
    assert second.seen.story_id == first.seen.story_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (query("a", "Apple Q2 profit up 5%"), query("b", "Apple Q3 profit up 9%")),
        (
            query("a", "Acme EPS beats by $0.03, beats on revenue", entities=frozenset({"company:acme"})),
            query("b", "Umbrella EPS beats by $0.03, beats on revenue", entities=frozenset({"company:umbrella"})),
        ),
        (
            query("a", "Apple shares rise 5 percent in early trade"),
            query("b", "Apple shares fall 5 percent in early trade"),
        ),
        (query("a"), query("b", published_at=START + STORY_SPAN + minutes(1))),
        (query("a", "🚀"), query("b", "🚀")),
        (
            query("a", "Market wrap for today", "Oil fell on supply."),
            query("b", "Market wrap for today", "Gold rose as the dollar slid."),
        ),
    ],
)
def test_different_stories_stay_apart(one: Query, other: Query) -> None:
    first, second = told([one, other])
    assert second.seen.story_id != first.seen.story_id


def test_headline_alone_tells_the_story_of_the_article_under_it() -> None:
    body = "The company said on Monday that demand had been strong in all regions. Boeing gave no reason."
    first, second, third = told([query("a", body=body), query("b", HEADLINE), query("c", "", HEADLINE)])
    assert first.seen.story_id == second.seen.story_id == third.seen.story_id


def test_story_of_ten_thousand_documents_keeps_the_last_thousand() -> None:
    judgements = told(
        [query(f"doc-{number}", published_at=START + timedelta(seconds=number)) for number in range(3000)]
    )
    assert judgements[500].counts("company:apple").h12 == 500
    assert judgements[-1].counts("company:apple").h12 == MOST_MEMBERS
    assert judgements[-1].seen.repeats == 2999


def test_slot_leads_to_the_last_stories_only() -> None:
    book = StoryBook()
    variants = [query(f"doc-{number}", f"Apple shares trade at {number} dollars on Monday") for number in range(80)]
    told(variants, book)
    most = max(len(ids) for ids in book.recall(variants).slots.values())
    assert most == MOST_STORIES_OF_SLOT


def test_forgotten_founder_takes_its_story_along() -> None:
    book = StoryBook()
    told([query("a"), query("b")], book)
    book.forget_first()
    assert len(book) == 1
    assert not book.recall([query("a")]).slots
    book.forget_first()
    assert len(book) == 0
    (again,) = told([query("c")], book)
    assert again.novelty == 1


@given(QUERIES, st.lists(st.integers(1, 7), min_size=30, max_size=30))
def test_no_batching_of_the_same_documents_changes_what_is_said_of_them(queries: list[Query], sizes: list[int]) -> None:
    one_by_one = told(queries)
    store, batched = StoryBook(), []
    at = 0
    for size in sizes:
        batch = queries[at : at + size]
        judgements = told(batch, StoryBook.of(store.recall(batch)))
        for sighting in (one.sighting for one in judgements if one.sighting):
            store.add(sighting)
        batched += judgements
        at += size
    assert batched == one_by_one


@given(QUERIES)
def test_documents_delivered_twice_are_told_the_same_twice(queries: list[Query]) -> None:
    book = StoryBook()
    first = {one.seen.story_id: one.seen for one in told(queries, book)}
    again = told([replace(one, published_at=one.published_at + hours(1)) for one in queries], book)
    assert all(one.known and one.seen.story_id in first for one in again)


@given(QUERIES)
def test_novelty_is_a_power_of_three_quarters(queries: list[Query]) -> None:
    assert all(one.novelty == 0.75**one.seen.repeats for one in told(queries))
