"""Chinese texts that were written for the project are read with their labels, and none is trained on and judged by."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from stream_app.pipeline.tensors import LABELS
from stream_app.training.chinese.judging import UNSEEN
from stream_app.training.chinese.kinds import POST
from stream_app.training.chinese.texts import MOST_CHARACTERS
from stream_app.training.chinese.written import CHINESE_DATA, read_written, written
from stream_app.training.split import is_dev, text_key
from stream_app.training.written import written_files


def _written(path: Path, text: str, label: str) -> None:
    path.write_bytes(orjson.dumps({"text": text, "label": label}))


def test_marks_become_names_with_labels_and_a_file_of_posts_holds_posts(tmp_path: Path) -> None:
    path = tmp_path / "written_posts.jsonl"
    _written(path, "[[宁德时代|positive]]抢了[[LG新能源|negative]]的单，[[宝马|neutral]]没说话", "positive")
    (one,) = read_written(path)
    assert one.text == one.whole == "宁德时代抢了LG新能源的单，宝马没说话"
    assert (one.kinds, one.risk, LABELS[one.document or 0]) == ((POST,), None, "positive")
    named = [(one.text[each.start : each.end], LABELS[each.label or 0], each.marked) for each in one.mentions]
    assert named == [("宁德时代", "positive", True), ("LG新能源", "negative", True), ("宝马", "neutral", False)]
    assert not any(each.weak for each in one.mentions)


def test_a_name_beyond_what_is_read_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "written_news.jsonl"
    _written(path, "涨" * MOST_CHARACTERS + "[[茅台|positive]]", "positive")
    (one,) = read_written(path)
    assert (len(one.text), one.mentions, one.kinds) == (MOST_CHARACTERS, (), ())


@pytest.mark.parametrize("path", written_files(CHINESE_DATA), ids=lambda path: path.stem)
def test_each_file_holds_texts_of_all_labels_once(path: Path) -> None:
    texts = list(read_written(path))
    assert {one.document for one in texts} == set(range(len(LABELS)))
    assert len({text_key(one.whole) for one in texts}) == len(texts)
    assert not any("[[" in one.whole or "]]" in one.whole for one in texts)


def test_a_tenth_is_held_out_by_the_text() -> None:
    every = [one for path in written_files(CHINESE_DATA) for one in read_written(path)]
    trained = written()
    assert not any(is_dev(one.whole) for one in trained)
    assert 0.05 < 1 - len(trained) / len(every) < 0.15


@pytest.mark.parametrize("kind", UNSEEN)
def test_texts_to_be_judged_by_are_not_among_those_trained_on(kind: str) -> None:
    trained = {text_key(one.whole) for path in written_files(CHINESE_DATA) for one in read_written(path)}
    judged = {text_key(one.whole) for one in read_written(CHINESE_DATA / f"unseen_{kind}.jsonl")}
    assert judged
    assert trained.isdisjoint(judged)
