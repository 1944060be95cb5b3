"""Scores and stories become events that keep the contract: one for each entity, or one that says there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.events.ids import sentiment_event_id
from stream_app.events.sentiment_event import SentimentEvent, StoryCounts
from stream_app.pipeline.assemble import Scored, assemble, rounded, with_statements
from stream_app.pipeline.documents import LinkedDocument, LinkedEntity, Mention
from stream_app.pipeline.novelty import Seen
from stream_app.pipeline.scores import DocumentScores, EntityScores, EvidenceSpan, LabelProbabilities, Unscored
from stream_app.pipeline.stories import Judgement
from tests.factories import KG_VERSION, RECEIVED, START, document, linked

VERSIONS = ("fusion-1", KG_VERSION)
PROCESSED = RECEIVED + timedelta(seconds=1)
COUNTS = StoryCounts(h12=1, h24=2, d3=2, d5=2, d7=3)
SEEN = Seen("story-1", 2, {"company:apple": COUNTS}, VERSIONS)
BODY = "Demand was strong. Boeing Inc. slumped."


def entity_scores(*probabilities: float, evidence: tuple[EvidenceSpan, ...] = ()) -> EntityScores:
    negative, neutral, positive = probabilities or (0.1, 0.2, 0.7)
    return EntityScores((negative, neutral, positive), 0.87654321, evidence)


def scores(*entities: EntityScores | Unscored) -> DocumentScores:
    evidence = (EvidenceSpan("title", 6, 12, 0.5),)
    return DocumentScores((0.2, 0.3, 0.5), "earnings", 0.98765432, entities, evidence)


def assembled(of: LinkedDocument, scored: DocumentScores | Unscored) -> tuple[SentimentEvent, ...]:
    judgement = Judgement(SEEN, known=False, sighting=None)
    return assemble(Scored(of, scored), judgement, VERSIONS, processed_at=PROCESSED)


def test_each_entity_has_one_event_in_the_order_of_the_document() -> None:
    apple, boeing = assembled(
        linked(apple="Apple", boeing="Boeing"), scores(entity_scores(), entity_scores(0.8, 0.2, 0))
    )
    assert apple.entity is not None
    assert boeing.entity is not None
    assert [apple.entity.id, boeing.entity.id] == ["company:apple", "company:boeing"]
    assert (apple.polarity, boeing.polarity) == (0.6, -0.8)
    assert (apple.relevance, apple.entity_count, apple.link_confidence) == (0.876543, 2, 0.9)
    assert apple.event_id == sentiment_event_id("doc-1", "company:apple", "fusion-1")
    assert (apple.story_counts, boeing.story_counts) == (COUNTS, StoryCounts())


def test_event_says_where_when_and_by_what_it_came_to_be() -> None:
    (event,) = assembled(linked(apple="Apple"), scores(entity_scores()))
    assert (event.document_id, event.story_id, event.novelty) == ("doc-1", "story-1", 0.5625)
    assert (event.published_at, event.received_at, event.processed_at) == (START, RECEIVED, PROCESSED)
    assert (event.source, event.source_kind) == ("Test Wire", "news")
    assert (event.model_version, event.kg_version) == VERSIONS
    assert event.topic is not None
    assert (event.topic.label, event.topic.probability) == ("earnings", 0.987654)
    assert event.document_sentiment is not None
    assert event.document_sentiment.label == "positive"


def test_spans_are_the_characters_of_their_field() -> None:
    of = linked(document(body=BODY), apple="Apple", boeing="Boeing Inc")
    evidence = (EvidenceSpan("body", 30, 37, -0.123456789),)
    _, boeing = assembled(of, scores(entity_scores(), entity_scores(evidence=evidence)))
    (mention,), (words,) = boeing.mentions, boeing.evidence
    assert (mention.text, mention.field, BODY[mention.start : mention.end]) == ("Boeing Inc", "body", "Boeing Inc")
    assert (words.text, words.weight) == (BODY[30:37], -0.123457)


@pytest.mark.parametrize(
    ("title", "places", "number"),
    [
        ("One. Two Apple.", [("title", 9)], 1),
        ("One.", [("body", 0)], 1),
        ("One. Two.", [("body", 19), ("body", 0)], 2),
        ("", [("body", 19)], 1),
        ("One", [], None),
        ("One", [("symbols", 0)], None),
    ],
)
def test_first_mention_is_the_number_of_its_sentence_title_first(
    title: str, places: list[tuple[str, int]], number: int | None
) -> None:
    of = linked(document(title=title, body=BODY, symbols=("AAPL",)), apple=BODY[:6])
    mentions = tuple(Mention(field, start, start + 3) for field, start in places)  # type: ignore[arg-type]
    moved = LinkedDocument(of.document, (LinkedEntity(of.entities[0].entity, mentions, 0.9),), KG_VERSION)
    (event,) = assembled(moved, scores(entity_scores()))
    assert event.first_mention == number


def test_event_carries_what_its_document_states_of_its_entity() -> None:
    of = linked(apple="Apple", boeing="Boeing")
    judgement = Judgement(SEEN, known=False, sighting=None)
    stated = with_statements(Scored(of, Unscored("language xx is not read")))
    apple, boeing = assemble(stated, judgement, VERSIONS, processed_at=PROCESSED)
    assert apple.shock is not None
    assert boeing.shock is not None
    assert (apple.shock.move > 0, boeing.shock.move < 0) == (True, True)
    assert apple.shock.words is not None
    assert apple.shock.words.text == "raises its outlook"
    (unstated, _) = assembled(of, Unscored("not read"))
    assert unstated.shock is None


def test_document_that_names_nothing_gives_one_event_with_its_sentiment() -> None:
    (event,) = assembled(linked(), scores())
    assert (event.entity, event.polarity, event.probabilities, event.relevance) == (None, None, None, None)
    assert (event.entity_count, event.mentions, event.first_mention) == (0, (), None)
    assert event.document_sentiment is not None
    assert event.topic is not None
    assert [words.text for words in event.evidence] == ["raises"]
    assert event.event_id == sentiment_event_id("doc-1", None, "fusion-1")


@pytest.mark.parametrize("names", [{}, {"apple": "Apple"}])
def test_unread_document_keeps_its_entities_and_says_why_it_has_no_scores(names: dict[str, str]) -> None:
    (event,) = assembled(linked(**names), Unscored("language zh is not read by model fusion-1"))
    assert event.unscored == "language zh is not read by model fusion-1"
    assert (event.entity is not None) == bool(names)
    assert (event.polarity, event.probabilities, event.relevance) == (None, None, None)
    assert (event.topic, event.document_sentiment, event.evidence) == (None, None, ())
    assert event.novelty == 0.5625


def test_entity_that_was_not_read_says_so_beside_one_that_was() -> None:
    read, unread = assembled(
        linked(apple="Apple", boeing="Boeing"), scores(entity_scores(), Unscored("named too far down"))
    )
    assert (read.unscored, unread.unscored) == (None, "named too far down")
    assert unread.polarity is None
    assert unread.topic == read.topic


@given(st.tuples(*[st.floats(0, 1)] * 3).filter(lambda parts: sum(parts) > 0.01))
def test_probabilities_still_sum_to_one_after_rounding(parts: tuple[float, float, float]) -> None:
    whole = sum(parts)
    given_: LabelProbabilities = (parts[0] / whole, parts[1] / whole, parts[2] / whole)
    found = rounded(given_)
    assert sum(found.values()) == pytest.approx(1, abs=1e-6)
    assert (found["negative"], found["neutral"], found["positive"]) == pytest.approx(given_, abs=2e-6)
