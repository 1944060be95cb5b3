"""Texts that were written for the project are read with their labels, and are what they say that they are."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from stream_app.pipeline.tensors import LABELS
from stream_app.training.config import TrainConfig
from stream_app.training.evaluation import UNSEEN
from stream_app.training.split import is_dev, text_key
from stream_app.training.written import DATA, SET_NAME, read_written, written, written_files


def test_marks_become_spans_with_labels(tmp_path: Path) -> None:
    path = tmp_path / "written_posts.jsonl"
    row = {"text": "[[$AMD|positive]] eats the lunch of [[Intel|negative]], says [[Citi|neutral]]", "label": "positive"}
    path.write_bytes(orjson.dumps(row))
    (one,) = read_written(path)
    assert one.text == "$AMD eats the lunch of Intel, says Citi"
    assert (one.set_name, one.source_kind, LABELS[one.document or 0]) == (SET_NAME, "social", "positive")
    named = [(one.text[each.start : each.end], LABELS[each.label or 0], each.salient) for each in one.mentions]
    assert named == [("$AMD", "positive", True), ("Intel", "negative", True), ("Citi", "neutral", False)]


def test_a_name_alone_is_what_the_text_is_about(tmp_path: Path) -> None:
    path = tmp_path / "written_events.jsonl"
    path.write_bytes(orjson.dumps({"text": "[[Acme|neutral]] employs 30 people", "label": "neutral"}))
    (one,) = read_written(path)
    assert [each.salient for each in one.mentions] == [True]
    assert one.source_kind == "news"


def test_a_label_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "written_events.jsonl"
    path.write_bytes(orjson.dumps({"text": "Acme employs 30 people", "label": "good"}))
    with pytest.raises(ValueError, match="not in tuple"):
        list(read_written(path))


@pytest.mark.parametrize("path", written_files(), ids=lambda path: path.stem)
def test_each_file_holds_texts_of_all_labels_once(path: Path) -> None:
    texts = list(read_written(path))
    assert {one.document for one in texts} <= set(range(len(LABELS)))
    assert len({one.document for one in texts}) > 1
    assert len({text_key(one.text) for one in texts}) == len(texts)
    assert not any("[[" in one.text or "]]" in one.text for one in texts)


def test_a_tenth_is_held_out_by_the_text() -> None:
    every = [one for path in written_files() for one in read_written(path)]
    trained = written()
    assert not any(is_dev(one.text) for one in trained)
    assert 0.05 < 1 - len(trained) / len(every) < 0.15


def test_they_are_read_only_where_a_recipe_asks_for_them() -> None:
    assert TrainConfig().written == 0


@pytest.mark.parametrize("kind", UNSEEN)
def test_texts_to_be_judged_by_are_not_among_those_trained_on(kind: str) -> None:
    trained = {text_key(one.text) for path in written_files() for one in read_written(path)}
    judged = {text_key(one.text) for one in read_written(DATA / f"unseen_{kind}.jsonl")}
    assert judged
    assert trained.isdisjoint(judged)
