"""Documents become rows that hold what they name, within the model's limits, each from itself alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from stream_app.adapters.model_repository import read_model
from stream_app.events.document import Author, Engagement
from stream_app.pipeline.documents import LinkedDocument, LinkedEntity, Mention, TextDocument
from stream_app.pipeline.encoding import MOST_ROWS_OF_WINDOW, EncodedDocument, Encoder
from stream_app.pipeline.evidence import WordEvidence
from stream_app.pipeline.features import context_features, kg_features
from stream_app.pipeline.tensors import BUCKETS, MENTION_SLOTS
from stream_app.pipeline.windows import MOST_WINDOWS, WINDOW_TOKENS
from tests.model_rows import PUBLISHED, company, linked_document, text_document

TOKENIZER = read_model(Path(__file__).parents[3] / "model_repo").tokenizer
ENCODER = Encoder(TOKENIZER)
SENTENCE = "Shares of the company rose after it raised its outlook for the year. "


def encode(linked: LinkedDocument) -> EncodedDocument:
    return ENCODER.encode([linked])[0]


def spelled(encoded: EncodedDocument, row: int, slot: int) -> str:
    """Return the characters that a slot of a row stands for."""
    one = encoded.rows[row]
    first, last = one.row.mention_spans[slot]
    return encoded.text.text[one.token_spans[first, 0] : one.token_spans[last - 1, 1]]


def test_headline_is_one_row_of_the_tokenizers_own_ids() -> None:
    encoded = encode(linked_document("Acme beats estimates"))
    assert len(encoded.rows) == 1
    assert encoded.rows[0].row.input_ids.tolist() == Tokenizer.from_str(TOKENIZER).encode("Acme beats estimates").ids


def test_what_a_comparison_comes_to_is_a_word_without_characters_and_moves_no_name() -> None:
    text = "Acme posts EPS of $0.98 vs. est. $1.05 as Initech rises"
    encoded = encode(linked_document(text, names=["Acme", "Initech"]))
    tokenizer, row = Tokenizer.from_str(TOKENIZER), encoded.rows[0]
    place = int(np.flatnonzero(row.row.input_ids == tokenizer.token_to_id("down"))[0])
    assert np.delete(row.row.input_ids, place).tolist() == tokenizer.encode(text).ids
    at = text.index(" as")
    assert row.token_spans[place].tolist() == [at, at]
    assert [spelled(encoded, 0, slot) for slot in range(2)] == ["Acme", "Initech"]


def test_evidence_of_a_comparison_is_that_of_its_figure() -> None:
    encoded = encode(linked_document("Acme made EUR 5.4 mn vs EUR 9.3 mn in 2007", names=["Acme"]))
    row = encoded.rows[0]
    place = int(np.flatnonzero(row.row.input_ids == Tokenizer.from_str(TOKENIZER).token_to_id("down"))[0])
    pull = np.zeros(len(row.row.input_ids), dtype=np.float32)
    pull[place] = pull[0] = pull[-1] = -1.0
    ((told,),) = WordEvidence(encoded).strongest([([(row, pull, 1.0)], None)])
    assert encoded.text.text[told.start : told.end] == "9.3"
    assert told.weight == -1.0
    assert row.token_spans[place, 0] == row.token_spans[place, 1]


PARTS = st.sampled_from(
    ["Acme ", "EUR 5.4 mn ", "vs ", "(", ")", "٣.٤ ", "denies it ", "\u200b", "$1.05 ", "９.3%", ". "]
)


@given(st.lists(PARTS, min_size=1, max_size=40).map("".join))
def test_what_rules_tell_leaves_tokens_in_their_order(text: str) -> None:
    encoded = encode(linked_document("", text))
    for row in encoded.rows:
        spans = row.token_spans[1:-1]
        assert (np.diff(spans[:, 0]) >= 0).all()
        assert (np.diff(spans[:, 1]) >= 0).all()
        pull = np.ones(len(row.row.input_ids), dtype=np.float32)
        WordEvidence(encoded).strongest([([(row, pull, 1.0)], None)])


def test_mention_span_holds_the_tokens_of_the_name_in_either_field() -> None:
    encoded = encode(
        linked_document("Oil slides", "Analysts say Petrobras SA and Zyxqtl gain", names=["Petrobras SA", "Zyxqtl"])
    )
    assert [spelled(encoded, 0, slot) for slot in range(2)] == ["Petrobras SA", "Zyxqtl"]
    assert encoded.rows[0].entities == (0, 1)


def test_title_comes_first_and_ends_as_a_sentence() -> None:
    assert encode(linked_document("Acme wins", "It was time.")).text.text == "Acme wins. It was time."
    assert encode(linked_document("Acme wins!", "It was time.")).text.text == "Acme wins! It was time."


@pytest.mark.parametrize(("title", "body"), [("Acme wins", ""), ("", "Acme wins")])
def test_text_in_a_single_field_stands_alone(title: str, body: str) -> None:
    assert encode(linked_document(title, body)).text.text == "Acme wins"


def test_long_document_is_cut_between_sentences_and_nothing_is_lost() -> None:
    encoded = encode(linked_document("", SENTENCE * 60))
    assert len(encoded.rows) > 2
    read = [row.token_spans[1:-1] for row in encoded.rows]
    assert all(len(row.row.input_ids) <= BUCKETS[-1] for row in encoded.rows)
    assert all(encoded.text.text[spans[0, 0] :].startswith("Shares of the company") for spans in read)
    assert sum(len(spans) for spans in read) == len(Tokenizer.from_str(TOKENIZER).encode(SENTENCE * 60)) - 2


def test_sentence_longer_than_a_window_is_cut() -> None:
    encoded = encode(linked_document("", "growth " * 1000))
    assert [len(row.row.input_ids) for row in encoded.rows] == [256, 256, 256, 240]


def test_mention_in_a_later_window_is_found_there() -> None:
    encoded = encode(linked_document("", SENTENCE * 30 + "Acme fell.", names=["Acme"]))
    assert [row.entities for row in encoded.rows] == [()] * (len(encoded.rows) - 1) + [(0,)]
    assert spelled(encoded, len(encoded.rows) - 1, 0) == "Acme"


def test_mention_that_a_cut_divides_stays_in_the_window_where_it_begins() -> None:
    encoded = encode(
        linked_document("", "growth " * (WINDOW_TOKENS - 1) + "Acme Holdings " * 2, names=["Acme Holdings"])
    )
    spans = [row.row.mention_spans.tolist() for row in encoded.rows]
    assert all(
        0 < first < last < len(row.row.input_ids)
        for row, slots in zip(encoded.rows, spans, strict=True)
        for first, last in slots
    )
    assert spans[0]


def test_what_lies_beyond_the_windows_is_not_read() -> None:
    encoded = encode(linked_document("", "growth " * (WINDOW_TOKENS * MOST_WINDOWS + 5) + "Acme", names=["Acme"]))
    assert len(encoded.rows) == MOST_WINDOWS
    assert all(row.entities == () for row in encoded.rows)


def test_repeated_names_do_not_add_a_row() -> None:
    encoded = encode(linked_document("", "Acme and Bolt. " * 10, names=["Acme", "Bolt"]))
    assert len(encoded.rows) == 1
    assert sorted(encoded.rows[0].entities) == [0, 0, 0, 0, 1, 1, 1, 1]


def test_window_with_more_entities_than_slots_is_repeated() -> None:
    names = [f"Firm{letter}" for letter in "ABCDEFGHIJ"]
    encoded = encode(linked_document(", ".join(names), names=names))
    assert [row.repeats for row in encoded.rows] == [False, True]
    assert [entity for row in encoded.rows for entity in row.entities] == list(range(10))
    assert encoded.rows[0].row.input_ids.tolist() == encoded.rows[1].row.input_ids.tolist()


def test_entities_of_one_window_are_bounded() -> None:
    names = [f"n{number:03}" for number in range(MENTION_SLOTS * MOST_ROWS_OF_WINDOW + 1)]
    encoded = encode(linked_document(" ".join(names), names=names))
    assert len(encoded.rows) == MOST_ROWS_OF_WINDOW
    assert len(names) - 1 not in {entity for row in encoded.rows for entity in row.entities}


def test_entity_named_by_symbols_alone_takes_the_whole_first_window() -> None:
    document = TextDocument("1", None, "social", "To the moon", "", PUBLISHED, PUBLISHED, symbols=("ACME",))
    named = LinkedEntity(company(), (Mention("symbols", 0, 4),), 1.0)
    row = encode(LinkedDocument(document, (named,), "kg-1")).rows[0].row
    assert row.mention_spans.tolist() == [[1, len(row.input_ids) - 1]]


def test_given_mention_that_names_nothing_known_has_no_features() -> None:
    given_mention = LinkedEntity(None, (Mention("title", 0, 4),), 0.0)
    row = encode(LinkedDocument(text_document("Acme wins"), (given_mention,), "kg-1")).rows[0].row
    assert row.mention_spans.tolist() == [[1, 3]]
    assert not row.kg_features.any()


def test_features_are_those_of_training() -> None:
    document = TextDocument(
        "1",
        None,
        "social",
        "Acme wins",
        "",
        PUBLISHED,
        PUBLISHED,
        author=Author(followers=7),
        engagement=Engagement(likes=3),
    )
    entity = LinkedEntity(company(), (Mention("title", 0, 4),), 0.7)
    row = encode(LinkedDocument(document, (entity,), "kg-1")).rows[0].row
    assert row.kg_features[0].tolist() == kg_features(company(), 0.7).tolist()
    expected = context_features("social", followers=7, likes=3, reposts=None, replies=None)
    assert row.context_features.tolist() == expected.tolist()


def test_special_token_in_a_text_is_a_word() -> None:
    ids = encode(linked_document("[SEP] [CLS] Acme")).rows[0].row.input_ids.tolist()
    assert ids.count(101) == 1
    assert ids.count(102) == 1


@pytest.mark.parametrize("text", ["", "   ", "https://example.com/x", "\u200b\u200b"])
def test_text_without_words_has_no_rows(text: str) -> None:
    assert encode(linked_document("", text)).rows == ()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400) | st.text("aA. \n$你é", max_size=2000)


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=4), st.data())
def test_any_text_encodes_within_the_limits_and_regardless_of_its_neighbours(
    texts: list[tuple[str, str]], data: st.DataObject
) -> None:
    linked = [_with_any_mentions(text_document(*pair), data) for pair in texts]
    together = ENCODER.encode(linked)
    for one, encoded in zip(linked, together, strict=True):
        alone = encode(one)
        assert len(alone.rows) == len(encoded.rows)
        for row, same in zip(encoded.rows, alone.rows, strict=True):
            _check_limits(row.row.input_ids, row.row.mention_spans)
            assert row.row.input_ids.tobytes() == same.row.input_ids.tobytes()
            assert row.row.mention_spans.tobytes() == same.row.mention_spans.tobytes()


def _with_any_mentions(document: TextDocument, data: st.DataObject) -> LinkedDocument:
    length = len(document.title)
    spans = data.draw(st.lists(st.tuples(st.integers(0, length), st.integers(0, length)), max_size=12))
    entities = tuple(LinkedEntity(None, (Mention("title", min(span), max(span)),), 0.0) for span in spans)
    return LinkedDocument(document, entities, "kg-1")


def _check_limits(input_ids: np.ndarray, spans: np.ndarray) -> None:
    assert 2 < len(input_ids) <= BUCKETS[-1]
    assert len(spans) <= MENTION_SLOTS
    assert ((spans[:, 0] >= 1) & (spans[:, 0] < spans[:, 1]) & (spans[:, 1] < len(input_ids))).all()
