"""Results of rows become scores of documents and entities, and weights of tokens become words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.adapters.memory_model import MemoryModel
from stream_app.adapters.model_repository import read_model
from stream_app.pipeline.documents import LinkedDocument
from stream_app.pipeline.encoding import EncodedDocument, Encoder
from stream_app.pipeline.evidence import MOST_WORDS
from stream_app.pipeline.rows import RowResult
from stream_app.pipeline.scores import DocumentScores, EntityScores, EvidenceSpan, Unscored
from stream_app.pipeline.scoring import NO_WORDS, NOT_READ, score
from stream_app.pipeline.statements import CausalReading
from stream_app.pipeline.tensors import STATEMENTS, TAGS
from tests.model_rows import linked_document, row_result

MODEL = read_model(Path(__file__).parents[3] / "model_repo")
ENCODER = Encoder(MODEL.tokenizer)
LONG = "Shares of the company rose after it raised its outlook for the year. " * 30


def encode(linked: LinkedDocument) -> EncodedDocument:
    return ENCODER.encode([linked])[0]


def scored(encoded: EncodedDocument, *results: RowResult) -> DocumentScores:
    scores = score(encoded, results, MODEL.topics)
    assert isinstance(scores, DocumentScores)
    return scores


def entity_scores(scores: DocumentScores, entity: int = 0) -> EntityScores:
    found = scores.entities[entity]
    assert isinstance(found, EntityScores)
    return found


def weights_of(encoded: EncodedDocument, words: Mapping[str, float], row: int = 0) -> list[float]:
    """Return `[tokens]`: each token of a word has the word's weight."""
    one, text = encoded.rows[row], encoded.text.text
    places = {(start := text.index(word)): (start + len(word), weight) for word, weight in words.items()}
    return [
        sum(weight for at, (until, weight) in places.items() if at <= start < end <= until)
        for start, end in one.token_spans.tolist()
    ]


def shown(encoded: EncodedDocument, evidence: tuple[EvidenceSpan, ...]) -> list[str]:
    return [encoded.linked.document.text_of(span.field)[span.start : span.end] for span in evidence]


def test_what_is_stated_of_a_name_is_the_mean_over_its_mentions_by_relevance() -> None:
    encoded = encode(linked_document("Acme shuts its mill, Acme says", names=["Acme"]))
    fall, nothing = (np.eye(len(STATEMENTS))[place] for place in (1, 0))
    said = row_result(
        encoded.rows[0].row, mention_relevance=np.array([0.75, 0.25]), mention_statements=np.stack((fall, nothing))
    )
    stated = entity_scores(scored(encoded, said)).stated
    assert stated is not None
    assert stated[:2] == pytest.approx((0.25, 0.75), abs=1e-4)


def test_a_network_that_was_not_taught_statements_tells_none() -> None:
    encoded = encode(linked_document("Acme shuts its mill", names=["Acme"]))
    assert entity_scores(scored(encoded, row_result(encoded.rows[0].row))).stated is None


def test_windows_count_by_their_tokens() -> None:
    encoded = encode(linked_document("", LONG))
    first, second = (len(row.row.input_ids) for row in encoded.rows)
    scores = scored(
        encoded,
        row_result(encoded.rows[0].row, document_probabilities=[1, 0, 0]),
        row_result(encoded.rows[1].row, document_probabilities=[0, 0, 1]),
    )
    assert scores.probabilities == pytest.approx((first / (first + second), 0, second / (first + second)))


def test_repeated_window_counts_once_for_the_document() -> None:
    names = [f"Firm{letter}" for letter in "ABCDEFGHIJ"]
    encoded = encode(linked_document(" ".join(names), names=names))
    results = [row_result(row.row, document_probabilities=[1, 0, 0]) for row in encoded.rows[:1]]
    results += [row_result(row.row, document_probabilities=[0, 0, 1]) for row in encoded.rows[1:]]
    assert scored(encoded, *results).probabilities == (1, 0, 0)


def test_topic_is_the_most_probable_one() -> None:
    encoded = encode(linked_document("Acme wins"))
    probabilities = np.eye(len(MODEL.topics))[3] * 0.9 + 0.005
    scores = scored(encoded, row_result(encoded.rows[0].row, topic_probabilities=probabilities))
    assert scores.topic == MODEL.topics[3]
    assert scores.topic_probability == pytest.approx(0.905)


def test_mentions_count_by_their_relevance_and_the_most_relevant_gives_the_entitys() -> None:
    encoded = encode(linked_document("Acme wins, Acme loses", names=["Acme"]))
    result = row_result(encoded.rows[0].row, mention_probabilities=[[1, 0, 0], [0, 0, 1]], mention_relevance=[0.2, 0.6])
    entity = entity_scores(scored(encoded, result))
    assert entity.probabilities == pytest.approx((0.25, 0, 0.75), abs=1e-5)
    assert entity.relevance == pytest.approx(0.6)


def test_each_entity_has_its_own_scores() -> None:
    encoded = encode(linked_document("Acme gains as Bolt falls", names=["Bolt", "Acme"]))
    result = row_result(encoded.rows[0].row, mention_probabilities=[[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    scores = scored(encoded, result)
    assert entity_scores(scores, 0).probabilities[0] == pytest.approx(0.8)
    assert entity_scores(scores, 1).probabilities[2] == pytest.approx(0.8)


def test_entity_beyond_what_is_read_is_unscored_and_says_why() -> None:
    encoded = encode(linked_document("Acme wins", "growth " * 5000 + "Bolt", names=["Acme", "Bolt"]))
    scores = scored(encoded, *(row_result(row.row) for row in encoded.rows))
    assert isinstance(scores.entities[0], EntityScores)
    assert scores.entities[1] == NOT_READ


def test_document_without_words_is_unscored() -> None:
    assert score(encode(linked_document("", "https://example.com")), [], MODEL.topics) == NO_WORDS


def test_word_pieces_are_shown_as_the_word_that_the_field_has() -> None:
    encoded = encode(linked_document("Oil", "Petrobras’s outperformance dazzles"))
    evidence = weights_of(encoded, {"Petrobras's": -0.1, "outperformance": 0.4})
    scores = scored(encoded, row_result(encoded.rows[0].row, document_evidence=evidence))
    assert shown(encoded, scores.evidence) == ["outperformance", "Petrobras’s"]
    assert {span.field for span in scores.evidence} == {"body"}


def test_weight_is_a_words_share_of_all_pull_with_its_sign() -> None:
    encoded = encode(linked_document("profit falls"))
    evidence = weights_of(encoded, {"profit": 0.1, "falls": -0.3})
    scores = scored(encoded, row_result(encoded.rows[0].row, document_evidence=evidence))
    assert [span.weight for span in scores.evidence] == pytest.approx([-0.75, 0.25])


def test_stop_words_punctuation_and_the_entitys_own_name_are_not_shown() -> None:
    encoded = encode(linked_document("Acme is the winner, not Bolt!", names=["Acme"]))
    evidence = np.ones((1, len(encoded.rows[0].row.input_ids)))
    scores = scored(encoded, row_result(encoded.rows[0].row, mention_evidence=evidence))
    assert shown(encoded, entity_scores(scores).evidence) == ["winner", "not", "Bolt"]


def test_evidence_is_short() -> None:
    encoded = encode(linked_document("one two three four five six seven eight"))
    evidence = np.arange(len(encoded.rows[0].row.input_ids))
    scores = scored(encoded, row_result(encoded.rows[0].row, document_evidence=evidence))
    assert shown(encoded, scores.evidence) == ["eight", "seven", "six", "five", "four"]
    assert len(scores.evidence) == MOST_WORDS


def test_text_of_signs_alone_has_scores_and_no_evidence() -> None:
    encoded = encode(linked_document("!!! ???"))
    evidence = np.ones(len(encoded.rows[0].row.input_ids))
    assert scored(encoded, row_result(encoded.rows[0].row, document_evidence=evidence)).evidence == ()


@settings(max_examples=60)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.text("aA $.,'\n%é中🙂", max_size=3000),
    st.lists(st.sampled_from(["a", "A", "中", "$", "🙂"]), unique=True),
)
async def test_scores_of_any_text_are_probabilities_and_evidence_lies_in_its_fields(
    title: str, body: str, names: list[str]
) -> None:
    encoded = encode(linked_document(title, body, names=names))
    results = await MemoryModel().infer([row.row for row in encoded.rows])
    scores = score(encoded, results, MODEL.topics)
    if isinstance(scores, Unscored):
        assert not encoded.rows
        return
    assert sum(scores.probabilities) == pytest.approx(1)
    for entity in filter(lambda one: isinstance(one, EntityScores), scores.entities):
        assert sum(entity.probabilities) == pytest.approx(1)
        assert 0 <= entity.relevance <= 1
        _check_evidence(encoded, entity.evidence)
    _check_evidence(encoded, scores.evidence)


def _check_evidence(encoded: EncodedDocument, evidence: tuple[EvidenceSpan, ...]) -> None:
    assert sum(abs(span.weight) for span in evidence) <= 1 + 1e-9
    assert all(word and word == word.strip() for word in shown(encoded, evidence))


def tagged(encoded: EncodedDocument, *, chance: float = 0.9, **words: str) -> RowResult:
    """Return a result whose tags mark the words of `cause` and `effect`, in lower case as they stand in the text."""
    row, text = encoded.rows[0], encoded.text.text
    tags = np.eye(len(TAGS))[np.zeros(len(row.token_spans), dtype=int)]
    for role, phrase in words.items():
        start = text.index(phrase)
        inside = [
            at for at, (left, right) in enumerate(row.token_spans) if start <= left < right <= start + len(phrase)
        ]
        for at in inside:
            tags[at] = np.eye(len(TAGS))[TAGS.index(f"{'B' if at == inside[0] else 'I'}-{role.upper()}")]
    return row_result(row.row, causal_probability=np.array([chance]), tag_probabilities=tags)


def test_tagged_words_become_a_relation_in_their_field() -> None:
    encoded = encode(linked_document("Output falls", "Acme says a fire stopped the plant in Ohio"))
    causal = scored(encoded, tagged(encoded, cause="a fire", effect="stopped the plant")).causal
    assert causal == CausalReading(pytest.approx(0.9), (((10, 16), (17, 34)),), "body")


def test_text_that_states_no_cause_is_not_searched_for_one() -> None:
    encoded = encode(linked_document("", "a fire stopped the plant"))
    causal = scored(encoded, tagged(encoded, chance=0.4, cause="a fire", effect="stopped the plant")).causal
    assert causal == CausalReading(pytest.approx(0.4))


def test_relation_across_title_and_body_is_left_out() -> None:
    encoded = encode(linked_document("Fire in Ohio", "plant stopped"))
    causal = scored(encoded, tagged(encoded, cause="Fire in Ohio", effect="plant stopped")).causal
    assert causal is not None
    assert causal.relations == ()
