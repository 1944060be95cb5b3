"""A document is read by the network of its language: its tokens, windows, words, risk, causes and shocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from stream_app.adapters.memory_model import MemoryModel
from stream_app.causal.parameters import shipped_parameters
from stream_app.causal.shock import shock_of
from stream_app.events.sentiment_event import SentimentEvent
from stream_app.pipeline import stories
from stream_app.pipeline.assemble import Scored, assemble, with_statements
from stream_app.pipeline.documents import LinkedDocument
from stream_app.pipeline.encoding import EncodedDocument, Encoder
from stream_app.pipeline.flow import query_of
from stream_app.pipeline.language import why_unread
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.rows import RowResult
from stream_app.pipeline.scores import DocumentScores, Unscored
from stream_app.pipeline.scoring import score
from stream_app.pipeline.story_book import StoryBook
from stream_app.pipeline.tensors import RISK_TYPES, TOPICS
from stream_app.pipeline.vocabulary import FurtherNetwork
from stream_app.pipeline.windows import WINDOW_TOKENS
from tests.factories import document, linked
from tests.further_network import chinese_tokenizer
from tests.model_rows import row_result
from tests.unit.pipeline.test_encoding import TOKENIZER

_T = TypeVar("_T")
FIRST_ID = 30522
CHINESE = FurtherNetwork(frozenset({"zh"}), chinese_tokenizer().to_str(), FIRST_ID)
ENCODER = Encoder(TOKENIZER, [CHINESE])
TOPIC_NAMES = tuple(f"topic-{number}" for number in range(TOPICS))
FALL = "宁德时代净利润同比下降"


def chinese(title: str = "", body: str = "", **names: str) -> LinkedDocument:
    return linked(document(title=title, body=body), **names)


def encode(*documents: LinkedDocument) -> list[EncodedDocument]:
    return ENCODER.encode(documents)


def pulled(encoded: EncodedDocument, piece: str) -> RowResult:
    """Return a result in which the tokens of a piece alone pull downwards."""
    text, row = encoded.text.text, encoded.rows[0]
    start = text.index(piece)
    pulls = [-1.0 if start <= at < end <= start + len(piece) else 0.0 for at, end in row.token_spans.tolist()]
    return row_result(row.row, document_evidence=pulls)


def words(encoded: EncodedDocument, *results: RowResult) -> list[str]:
    scores = score(encoded, results, TOPIC_NAMES)
    assert isinstance(scores, DocumentScores)
    return [encoded.text.text[span.start : span.end] for span in scores.evidence]


async def here(work: Callable[[], _T]) -> _T:
    return work()


async def read(*documents: LinkedDocument, languages: frozenset[str] = frozenset({"en", "zh"})) -> Sequence[Scored]:
    """Read in one batch, in memory, and read what they state."""
    unread = lambda one: why_unread(one, languages, "memory")  # noqa: E731
    reader = Reader(MemoryModel(further=FIRST_ID), ENCODER, topics=TOPIC_NAMES, why_unread=unread)
    found = await reader.read(documents, here)
    return [with_statements(one) for one in found if not isinstance(one, Rejection)]


def event_of(scored: Scored) -> SentimentEvent:
    judgement = stories.judge(query_of(scored.linked), StoryBook(), ("memory", "kg-test"))
    received = scored.linked.document.received_at
    return assemble(scored, judgement, ("memory", "kg-test"), processed_at=received)[0]


def test_chinese_document_has_the_tokens_and_ids_of_its_own_network() -> None:
    (encoded,) = encode(chinese(FALL, catl="宁德时代"))
    own = chinese_tokenizer().encode(FALL)
    assert encoded.rows[0].row.input_ids.tolist() == [one + FIRST_ID for one in own.ids]
    ((first, last),) = encoded.rows[0].row.mention_spans.tolist()
    assert [own.tokens[place] for place in range(first, last)] == ["▁", "宁德时代"]


def test_english_row_is_the_same_with_a_further_network_and_beside_its_rows() -> None:
    english = linked(document(), apple="Apple")
    expected = Encoder(TOKENIZER).encode([english])[0].rows[0].row
    row = encode(chinese(FALL), english, chinese("公司回购股份"))[1].rows[0].row
    assert row.input_ids.tobytes() == expected.input_ids.tobytes()
    assert row.mention_spans.tobytes() == expected.mention_spans.tobytes()


def test_special_token_in_a_chinese_text_is_a_word() -> None:
    ids = encode(chinese("公司</s>业绩<s>下降"))[0].rows[0].row.input_ids.tolist()
    assert (ids.count(FIRST_ID + 1), ids.count(FIRST_ID + 2)) == (1, 1)


def test_words_of_chinese_are_the_pieces_of_its_tokens() -> None:
    (encoded,) = encode(chinese(FALL + "，腾讯iPhone业绩上涨30%"))
    assert words(encoded, pulled(encoded, "下降")) == ["下降"]
    assert words(encoded, pulled(encoded, "iPhone")) == ["iPhone"]
    assert words(encoded, pulled(encoded, "30%")) == ["30%"]


def test_grammar_of_chinese_is_not_shown_but_negation_is() -> None:
    (encoded,) = encode(chinese("腾讯的业绩不下降"))
    assert words(encoded, pulled(encoded, "的")) == []
    assert words(encoded, pulled(encoded, "不")) == ["不"]


def test_name_of_the_entity_is_not_among_its_own_evidence() -> None:
    (encoded,) = encode(chinese(FALL, catl="宁德时代"))
    result = row_result(encoded.rows[0].row, mention_evidence=np.full((1, len(encoded.rows[0].row.input_ids)), -1.0))
    scores = score(encoded, [result], TOPIC_NAMES)
    assert isinstance(scores, DocumentScores)
    shown = scores.entities[0]
    assert not isinstance(shown, Unscored)
    assert [FALL[span.start : span.end] for span in shown.evidence] == ["净利润", "同比", "下降"]


def test_chinese_signs_in_an_english_document_stay_one_word() -> None:
    (encoded,) = encode(linked(document(title="Shares of 腾讯控股 fell after the report", lang="en")))
    assert encoded.rows[0].row.input_ids[0] < FIRST_ID
    pulls = np.arange(len(encoded.rows[0].row.input_ids)) + 1.0
    assert "腾讯控股" in words(encoded, row_result(encoded.rows[0].row, document_evidence=pulls))


def test_long_chinese_text_is_cut_between_sentences_and_nothing_is_lost() -> None:
    body = "宁德时代宣布回购股份，净利润同比上涨30%。" * 60
    (encoded,) = encode(chinese(body=body))
    assert len(encoded.rows) > 2
    assert all(body[row.token_spans[1, 0] :].startswith("宁德时代宣布") for row in encoded.rows)
    assert sum(len(row.token_spans) - 2 for row in encoded.rows) == len(chinese_tokenizer().encode(body)) - 2


def test_chinese_text_without_a_stop_is_cut_where_a_window_is_full() -> None:
    body = "宁德时代宣布回购股份，净利润同比上涨，" * 60
    (encoded,) = encode(chinese(body=body))
    assert len(encoded.rows) > 2
    assert [len(row.token_spans) - 2 for row in encoded.rows][:-1] == [WINDOW_TOKENS] * (len(encoded.rows) - 1)
    assert sum(len(row.token_spans) - 2 for row in encoded.rows) == len(chinese_tokenizer().encode(body)) - 2


@pytest.mark.parametrize(("likeliest", "expected"), [(8, "earnings_fall"), (0, None)])
def test_likeliest_type_of_risk_is_told_and_none_is_nothing(likeliest: int, expected: str | None) -> None:
    (encoded,) = encode(chinese(FALL))
    chances = np.eye(len(RISK_TYPES))[likeliest] * 0.78 + 0.01
    scores = score(encoded, [row_result(encoded.rows[0].row, risk_probabilities=chances)], TOPIC_NAMES)
    assert isinstance(scores, DocumentScores)
    assert scores.risk == (None if expected is None else (expected, pytest.approx(0.79)))


async def test_each_document_of_a_batch_is_read_by_the_network_of_its_language() -> None:
    german = linked(document(title="Siemens erwartet nach dem Quartal mehr Gewinn", lang="de"))
    english, fallen, unread = await read(linked(document(), apple="Apple"), chinese(FALL, catl="宁德时代"), german)
    (alone,) = await read(chinese(FALL, catl="宁德时代"))
    assert fallen.scores == alone.scores
    assert isinstance(english.scores, DocumentScores)
    assert isinstance(fallen.scores, DocumentScores)
    assert (english.scores.risk, english.scores.causal is None) == (None, False)
    assert unread.scores == Unscored("language de is not read by model memory")


async def test_chinese_event_has_all_scores() -> None:
    (scored,) = await read(chinese(FALL, catl="宁德时代"))
    event = event_of(scored)
    assert event.unscored is None
    assert None not in {event.polarity, event.probabilities, event.relevance, event.topic, event.document_sentiment}
    assert isinstance(scored.scores, DocumentScores)
    assert (event.risk_type and event.risk_type.type) == (scored.scores.risk and scored.scores.risk[0])


async def test_rules_say_what_causes_what_where_the_network_was_not_taught_it() -> None:
    text = "丰田因供应商起火暂停国内全部工厂"
    (unscored,) = await read(chinese(text, toyota="丰田"), languages=frozenset({"en"}))
    (scored,) = await read(chinese(text, toyota="丰田"))
    assert isinstance(scored.scores, DocumentScores)
    assert scored.scores.causal is None
    assert scored.stated == unscored.stated
    assert scored.stated is not None
    assert scored.stated.relations
    assert scored.stated.probability is None


async def test_shock_of_a_chinese_text_has_the_size_that_tone_and_statement_give_any_text() -> None:
    parameters = shipped_parameters()
    (unscored,) = await read(chinese(FALL, catl="宁德时代"), languages=frozenset({"en"}))
    (scored,) = await read(chinese(FALL, catl="宁德时代"))
    stated, event = event_of(unscored), event_of(scored)
    assert (stated.polarity, stated.shock) == (None, event.shock)
    told, alone = shock_of(event, parameters), shock_of(stated, parameters)
    same = shock_of(event.model_copy(update={"model_version": "of an English text"}), parameters)
    assert told == same
    assert alone is not None
    assert alone.value < 0
    central = event.model_copy(update={"relevance": 1.0, "polarity": -0.95})
    stronger = shock_of(central, parameters)
    assert stronger is not None
    assert stronger.value < alone.value


def test_documents_read_by_further_networks_do_not_change_when_the_main_vocabulary_grows() -> None:
    moved = Encoder(TOKENIZER, [replace(CHINESE, first_id=FIRST_ID + 5)]).encode([chinese(FALL)])[0].rows[0].row
    here_ids = encode(chinese(FALL))[0].rows[0].row.input_ids
    assert (moved.input_ids - here_ids).tolist() == [5] * len(here_ids)
