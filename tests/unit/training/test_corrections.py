"""Corrections find their texts through events and documents, and are learnt without forgetting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from stream_app.errors import DataError
from stream_app.events.correction import Correction
from stream_app.events.span import Span
from stream_app.pipeline.documents import LinkedDocument, TextDocument
from stream_app.pipeline.language import language_of
from stream_app.pipeline.tensors import EMBEDDING_SIZE, LABELS
from stream_app.training.config import TrainConfig, load_config
from stream_app.training.continued import RECIPE, REFUSED, Bounds, Continued, go_on, rehearsed
from stream_app.training.corpus import Corpus
from stream_app.training.evaluation import hits, torch_infer
from stream_app.training.examples import Example, Mention
from stream_app.training.labelling.corrections import SET_NAME, join, place_of
from stream_app.training.labelling.reading import documents, latest, places
from stream_app.training.run import RECORD, Sources, load_network, load_record, load_sources, train, train_on
from stream_app.training.served import uncalibrated
from stream_app.training.weights import WEIGHTS
from tests.factories import START, document, record, sentiment_event
from tests.training_sets import write_encoder

_APPLE = (Span(text="Apple", start=0, end=5, field="title"),)


def correction(event: str, label: str = "negative", **fields: object) -> Correction:
    return Correction.model_validate({"event_id": event, "label": label, "corrected_at": START} | fields)


def read(document: TextDocument) -> bool:
    """Tell whether a document that names nothing is in English."""
    return language_of(LinkedDocument(document, (), kg_version="kg-1")) == "en"


def test_correction_of_an_entity_marks_it_in_the_text_and_that_of_a_document_labels_the_text() -> None:
    whole = sentiment_event(2, document_id="doc-1", entity=None)
    spoken = {"a": place_of(sentiment_event(1, document_id="doc-1", mentions=_APPLE)), "b": place_of(whole)}
    wanted = {"a": correction("a"), "b": correction("b", "positive", topic="earnings")}
    found = join(wanted, spoken, {"doc-1": document()}, topics=("earnings",), reads=read)
    assert found.used == 2
    assert found.examples == (
        Example(
            SET_NAME,
            document().title,
            "news",
            document=LABELS.index("positive"),
            topic="earnings",
            mentions=(Mention(0, 5, LABELS.index("negative"), salient=True),),
        ),
    )


def test_mention_in_the_body_is_found_behind_the_title() -> None:
    span = (Span(text="Boeing", start=4, end=10, field="body"),)
    spoken = {"a": place_of(sentiment_event(1, document_id="doc-1", mentions=span))}
    texts = {"doc-1": document(title="Shares fall", body="So, Boeing too.")}
    (example,) = join({"a": correction("a")}, spoken, texts, topics=(), reads=read).examples
    assert [example.text[one.start : one.end] for one in example.mentions] == ["Boeing"]


def test_what_cannot_be_used_is_counted_by_the_reason() -> None:
    by_ticker = (Span(text="AAPL", start=0, end=4, field="symbols"),)
    spoken = {
        "b": place_of(sentiment_event(1, document_id="gone", mentions=_APPLE)),
        "c": place_of(sentiment_event(2, document_id="doc-1", mentions=by_ticker)),
    }
    spoken["d"] = place_of(sentiment_event(3, document_id="doc-2", entity=None))
    texts = {"doc-1": document(), "doc-2": document(id="doc-2", title="宁德时代宣布回购股份")}
    found = join({one: correction(one) for one in "abcd"}, spoken, texts, topics=(), reads=read)
    assert found.examples == ()
    assert found.left_out == {
        "the event is not there": 1,
        "the document is not there": 1,
        "the text does not name the entity": 1,
        "the text is in another language than English": 1,
    }


def test_a_text_in_another_language_of_latin_letters_is_not_learnt_from() -> None:
    german = document(title="Der Konzern senkt die Prognose für das laufende Jahr nach schwachen Verkäufen in China")
    whole = place_of(sentiment_event(1, document_id="doc-1", entity=None))
    found = join({"a": correction("a")}, {"a": whole}, {"doc-1": german}, topics=(), reads=read)
    assert (found.examples, found.left_out) == ((), {"the text is in another language than English": 1})


def test_of_corrections_of_one_name_the_latest_holds_whichever_version_made_the_event() -> None:
    spoken = {one: place_of(sentiment_event(1, document_id="doc-1", mentions=_APPLE)) for one in "ab"}
    spoken |= {one: place_of(sentiment_event(2, document_id="doc-1", entity=None)) for one in "cd"}
    later = START + timedelta(hours=1)
    wanted = {
        "a": correction("a", "positive", corrected_at=later),
        "b": correction("b", "negative"),
        "c": correction("c", "neutral", corrected_at=later, topic="late"),
        "d": correction("d", "negative", topic="early"),
    }
    found = join(wanted, spoken, {"doc-1": document()}, topics=("early", "late"), reads=read)
    (example,) = found.examples
    assert example.mentions == (Mention(0, 5, LABELS.index("positive"), salient=True),)
    assert (example.document, example.topic) == (LABELS.index("neutral"), "late")
    assert (found.used, found.left_out) == (2, {"a later one corrects the same": 2})


def test_every_corrected_name_has_a_place_however_often_others_are_named() -> None:
    names = [f"Firm{number:02}" for number in range(10)]
    text = " ".join([*names, *["Firm00"] * 9])
    spans = {name: tuple(_named(text, name)) for name in names}
    spoken = {name: place_of(sentiment_event(1, document_id="doc-1", mentions=spans[name])) for name in names}
    wanted = {name: correction(name) for name in names}
    found = join(wanted, spoken, {"doc-1": document(title=text)}, topics=(), reads=read)
    assert [len(one.mentions) for one in found.examples] == [8, 8]
    assert {one.text[name.start : name.end] for one in found.examples for name in one.mentions} == set(names)


def _named(text: str, name: str) -> Iterator[Span]:
    for found in re.finditer(name, text):
        yield Span(text=name, start=found.start(), end=found.end(), field="title")


def test_what_nobody_can_mend_in_a_topic_is_told_and_the_rest_is_read() -> None:
    told: list[DataError] = []
    good = correction("a").model_dump_json().encode()
    assert set(latest([("x", b"nonsense"), ("a", good), ("y", b"{}")], told.append)) == {"a"}
    assert len(told) == 2
    spoken = places([b'{"event_id": "a", "document_id": "d"}'], ["a"])
    found = join({"a": correction("a")}, spoken, {}, topics=(), reads=read)
    assert found.left_out == {"the event cannot be read": 1}


def test_last_correction_of_an_event_holds_and_a_null_value_takes_it_back() -> None:
    first, second = (correction("a", label).model_dump_json().encode() for label in ("negative", "positive"))
    assert latest([("a", first), ("a", second)])["a"].label == "positive"
    assert latest([("a", first), ("a", None)]) == {}


def test_wrong_correction_says_what_is_wrong() -> None:
    with pytest.raises(DataError, match=r"label: .*mend it"):
        latest([(None, b'{"event_id": "a", "label": "good", "corrected_at": "2026-03-02T08:00:00Z"}')])


def test_only_wanted_events_and_documents_are_kept() -> None:
    events = [sentiment_event(number).model_dump_json().encode() for number in range(3)]
    assert set(places([*events, None, b"no json"], ["event-000001"])) == {"event-000001"}
    found = documents([record(id="doc-1", title="old"), record(id="doc-1", title="new"), record(id="doc-2")], ["doc-1"])
    assert {name: one.title for name, one in found.items()} == {"doc-1": "new"}


def test_rehearsal_takes_as_many_of_each_set_and_as_many_as_its_share() -> None:
    old = [Example("small", f"s{row}", "news") for row in range(5)] + [
        Example("large", f"l{row}", "news") for row in range(200)
    ]
    chosen = rehearsed(old, corrected=5, share=0.8, seed=1)
    assert len(chosen) == 20
    assert sum(one.set_name == "small" for one in chosen) == 5
    assert chosen == rehearsed(old, corrected=5, share=0.8, seed=1)
    assert rehearsed(old, corrected=5, share=0.0, seed=1) == []


@pytest.fixture(scope="module")
def wide_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder whose vectors have the served size, since figures are taken as in serving."""
    return write_encoder(tmp_path_factory.mktemp("wide"), EMBEDDING_SIZE)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, data_folder: Path, wide_encoder: Path) -> Path:
    run = tmp_path_factory.mktemp("start")
    config = TrainConfig(epochs=3, batch_rows=16, encoder_rate=1e-3, reports=0, rename=0.0, join=0.0)
    train(run, Sources(data_folder, wide_encoder, None), config, report=lambda _: None)
    return run


def corrected(label: str) -> list[Example]:
    """Return posts whose verb nobody has labelled before, each with this label."""
    texts = [f"$ACME misses {row} https://t.co/{row}" for row in range(40)]
    return [Example(SET_NAME, text, "social", document=LABELS.index(label)) for text in texts]


def unsaid(start: Path, data: Path) -> str:
    """Return the label that the run gives the fewest of those posts."""
    infer, corpus = torch_infer(uncalibrated(load_network(start))), load_sources(start, data, None)
    return min(LABELS, key=lambda label: sum(hits(infer, corpus, corrected(label))))


def continued(out: Path, start: Path, folders: tuple[Path, Path], *, bounds: Bounds, rate: float = 2e-3) -> Continued:
    config = load_config(RECIPE, head_rate=rate)
    data, encoder = folders
    sources, labels = Sources(data, encoder, None, start), corrected(unsaid(start, data))
    return go_on(out, sources, labels, config=config, bounds=bounds, report=lambda _: None)


def test_corrections_are_learnt_and_the_encoder_stays(
    tmp_path: Path, start: Path, corpus: Corpus, data_folder: Path, wide_encoder: Path
) -> None:
    done = continued(tmp_path, start, (data_folder, wide_encoder), bounds=Bounds(0.8, 1.0))
    assert done.learnt + done.held_out == done.labels == 40
    assert done.rehearsed == min(4 * done.learnt, len(corpus.train))
    assert done.right_after > done.right_before
    before, after = (load_network(one).state_dict() for one in (start, tmp_path))
    changed = {name.partition(".")[0] for name in before if not before[name].equal(after[name])}
    assert changed <= set(load_config(RECIPE).learn)
    record = load_record(tmp_path)
    assert not (tmp_path / REFUSED).exists()
    assert record.rehearsal == 0.8
    assert record.start == load_record(start)


def test_a_stage_that_forgets_is_no_finished_run(
    tmp_path: Path, start: Path, data_folder: Path, wide_encoder: Path
) -> None:
    folders = (data_folder, wide_encoder)
    done = continued(tmp_path, start, folders, bounds=Bounds(0.0, 0.003), rate=0.05)
    assert max(done.lost().values()) > 0.003
    assert (tmp_path / REFUSED).exists()
    assert not (tmp_path / RECORD).exists()
    with pytest.raises(DataError, match="no finished run"):
        load_record(tmp_path)


def test_corrected_name_beyond_what_is_read_is_not_counted(start: Path, data_folder: Path) -> None:
    infer, sets = torch_infer(uncalibrated(load_network(start))), load_sources(start, data_folder, None)
    text = "acme " + "says " * 300 + "beta"
    names = (Mention(0, 4, 2, salient=True), Mention(len(text) - 4, len(text), 2, salient=True))
    assert len(hits(infer, sets, [Example(SET_NAME, text, "news", document=1, mentions=names)])) == 2


def test_a_stage_that_nobody_has_judged_yet_is_no_finished_run(
    tmp_path: Path, start: Path, corpus: Corpus, data_folder: Path, wide_encoder: Path
) -> None:
    sources = Sources(data_folder, wide_encoder, None, start)
    record = train_on(tmp_path, corpus, sources, config=load_config(RECIPE, epochs=1), report=lambda _: None)
    assert (tmp_path / WEIGHTS).exists()
    with pytest.raises(DataError, match="no finished run"):
        load_record(tmp_path)
    assert record.start == load_record(start)


def test_corrections_of_held_out_texts_are_not_learnt_from(
    tmp_path: Path, start: Path, corpus: Corpus, data_folder: Path, wide_encoder: Path
) -> None:
    held = [replace(one, set_name=SET_NAME) for one in corpus.dev if one.document is not None]
    sources = Sources(data_folder, wide_encoder, None, start)
    with pytest.raises(DataError, match="no correction to learn from"):
        go_on(tmp_path, sources, held, config=TrainConfig(), bounds=Bounds(0.5, 1.0), report=lambda _: None)


def test_examples_of_the_contract_are_read() -> None:
    value = orjson.dumps({"event_id": "a", "label": "neutral", "author": "me", "corrected_at": "2026-03-02T08:00:00Z"})
    assert latest([("a", value)])["a"].author == "me"
