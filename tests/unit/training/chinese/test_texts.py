"""What the Chinese sets say becomes labels, and nothing that they do not say."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from stream_app.errors import DataError
from stream_app.training.chinese.corpus import ChineseCorpus, load_corpus
from stream_app.training.chinese.names import Names
from stream_app.training.chinese.texts import BLAME_SET, FILES, KIND_SET, POSTS, RISK_SET, ChineseText, load_texts
from stream_app.training.split import text_key
from tests.training_sets import write_chinese_sets


def texts_of(name: str, data: Path) -> list[ChineseText]:
    return [one for one in load_texts(data) if one.set_name == name]


def named(text: ChineseText) -> list[str]:
    return [text.text[one.start : one.end] for one in text.mentions]


def test_a_post_speaks_of_what_it_names(chinese_data: Path) -> None:
    first = texts_of(POSTS, chinese_data)[0]
    assert (first.document, first.kinds, first.risk) == (0, ("post",), None)
    assert named(first) == ["甲公司"]
    assert all(one.weak and one.label == 0 and one.marked is None for one in first.mentions)


def test_news_has_kinds_and_not_its_region_and_says_nothing_of_a_company_s_risk(chinese_data: Path) -> None:
    company, market, _ = texts_of(KIND_SET, chinese_data)[:3]
    assert (company.kinds, company.risk) == (("company",), None)
    assert (market.kinds, market.risk) == (("market",), "none")


def test_a_risk_s_subject_is_told_from_names_beside_it(chinese_data: Path) -> None:
    nothing, fraud = texts_of(RISK_SET, chinese_data)[:2]
    assert (nothing.risk, nothing.mentions) == ("none", ())
    assert fraud.risk == "financial_fraud"
    assert [(one.label, one.marked) for one in fraud.mentions] == [(0, True), (None, False)]
    assert named(fraud) == ["乙公司", "丙公司"]


def test_of_a_name_without_blame_it_is_only_known_that_the_news_is_not_negative(chinese_data: Path) -> None:
    first = texts_of(BLAME_SET, chinese_data)[0]
    assert dict(zip(named(first), [(one.label, one.negative) for one in first.mentions], strict=True)) == {
        "甲公司": (0, True),
        "乙公司": (None, False),
    }


def test_no_held_out_text_is_trained_on_and_no_text_stands_twice(chinese_corpus: ChineseCorpus) -> None:
    train, dev = (
        [(one.set_name, text_key(one.whole)) for one in part] for part in (chinese_corpus.train, chinese_corpus.dev)
    )
    assert len(train) + len(dev) == len({*train, *dev})
    assert len(dev) > 0
    assert not {key for _, key in train} & {key for _, key in dev}


def test_a_long_text_is_cut_around_the_name_that_it_is_about(tmp_path: Path) -> None:
    data = write_chinese_sets(tmp_path)
    text = "前" * 300 + "甲公司被查" + "后" * 300
    (data / FILES[RISK_SET]).write_bytes(orjson.dumps({"text": text, "event": "财务造假", "entity": "甲公司"}))
    (one,) = texts_of(RISK_SET, data)
    assert named(one) == ["甲公司"]
    assert len(one.text) <= 160
    assert one.whole == text


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    data = write_chinese_sets(tmp_path)
    (data / FILES[POSTS]).write_bytes(b'{"text": "x", "label": "good"}')
    with pytest.raises(DataError, match=r"finfe\.train\.jsonl line 1 is not an example"):
        load_corpus(data)


def test_the_longest_name_that_begins_somewhere_stands_there() -> None:
    names = Names.of(["甲公司", "甲公", "公司", "乙", ""])
    assert names.places("在甲公司和乙公司") == [(1, 4), (6, 8)]
