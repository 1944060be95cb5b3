"""What the sets say is kept, and what is derived from them is marked as such."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.errors import DataError
from stream_app.training.augment import join, rename
from stream_app.training.examples import SENTFIN, TFNS, TOPIC, Example, Mention, load_examples
from stream_app.training.reports import reports
from stream_app.training.salience import names_beside


def write(folder: Path, path: Path, *rows: object) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_bytes(b"\n".join(map(orjson.dumps, rows)))


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    entity = {"text": "Acme", "start": 5, "end": 9, "label": "positive"}
    write(tmp_path, SENTFIN, {"text": "Sell Acme at once: Nomura", "entities": [entity]})
    write(
        tmp_path, TFNS, {"text": "$ACME AT&amp;T up", "label": "positive"}, {"text": "$A and $B", "label": "negative"}
    )
    write(tmp_path, TOPIC, {"text": "Rates", "topic": "macro"})
    return tmp_path


def test_headline_gives_the_label_of_its_entities_as_a_weak_one(sets: Path) -> None:
    headline = load_examples(sets)[0]
    assert (headline.document, headline.weak) == (2, True)


def test_names_that_annotators_left_out_are_bystanders(sets: Path) -> None:
    headline = load_examples(sets)[0]
    assert [(headline.text[one.start : one.end], one.label, one.salient) for one in headline.mentions] == [
        ("Acme", 2, True),
        ("Nomura", None, False),
    ]


def test_a_single_cashtag_takes_the_tweets_label_and_several_take_none(sets: Path) -> None:
    _, single, several, _ = load_examples(sets)
    assert single.text == "$ACME AT&T up"
    assert [(one.label, one.weak) for one in single.mentions] == [(2, True)]
    assert [one.label for one in several.mentions] == [None, None]


def test_headline_in_capitals_names_no_bystanders() -> None:
    assert not list(names_beside("Acme Wins Big Order From Beta Says Report", []))


def test_damaged_line_is_named(sets: Path) -> None:
    write(sets, TFNS, {"text": "no label"})
    with pytest.raises(DataError, match=r"tfns.train.jsonl line 1 .*mend or remove"):
        load_examples(sets)


def test_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"sentfin.train.jsonl cannot be read"):
        load_examples(tmp_path)


def test_renaming_moves_every_span_to_its_new_name() -> None:
    text = "Acme sues Beta, and Acme wins $AC"
    mentions = tuple(Mention(start, end, 1, salient=True) for start, end in ((20, 24), (0, 4), (10, 14), (30, 33)))
    renamed = rename(
        Example("sentfin", text, "news", mentions=mentions), ("Longer Name",), chance=1.0, rng=np.random.default_rng(3)
    )
    names = [renamed.text[one.start : one.end] for one in renamed.mentions]
    assert renamed.text == f"{names[1]} sues {names[2]}, and {names[0]} wins $AC"
    assert names[0] == names[1] != "Acme"
    assert names[3] == "$AC"


@given(order=st.permutations(range(4)), seed=st.integers(0, 2**32))
def test_renaming_leaves_mentions_in_their_order(order: list[int], seed: int) -> None:
    text = "Acme sues Beta, and Gamma wins Delta"
    spans = [(0, 4), (10, 14), (20, 25), (31, 36)]
    mentions = tuple(Mention(*spans[place], place, salient=True) for place in order)
    renamed = rename(
        Example("sentfin", text, "news", mentions=mentions),
        ("Longer Name", "X"),
        chance=0.5,
        rng=np.random.default_rng(seed),
    )
    assert [one.label for one in renamed.mentions] == order
    names = {one.label: renamed.text[one.start : one.end] for one in renamed.mentions}
    assert renamed.text == f"{names[0]} sues {names[1]}, and {names[2]} wins {names[3]}"


@pytest.mark.parametrize(("labels", "whole"), [((2, 2), 2), ((2, 0), None)])
def test_joined_headlines_keep_their_names_and_labels(labels: tuple[int, int], whole: int | None) -> None:
    first, second = (
        Example("sentfin", text, "news", document=label, mentions=(Mention(0, len(name), label, salient=True),))
        for text, name, label in (("Acme wins.", "Acme", labels[0]), ("Beta loses", "Beta", labels[1]))
    )
    joined = join(first, second, np.random.default_rng(1))
    assert [(joined.text[one.start : one.end], one.label) for one in joined.mentions] == [
        ("Acme", labels[0]),
        ("Beta", labels[1]),
    ]
    assert joined.document == whole


def test_reports_are_seeded_and_mark_their_company() -> None:
    made = list(reports(["Acme", "Beta Corp"], 200, seed=7))
    assert made == list(reports(["Acme", "Beta Corp"], 200, seed=7))
    assert {one.text[mention.start : mention.end] for one in made for mention in one.mentions} == {"Acme", "Beta Corp"}
    assert {one.document for one in made} == {0, 1, 2}


def test_a_smaller_loss_is_good_and_a_smaller_profit_is_not() -> None:
    fell = [one for one in reports(["Acme"], 500, seed=7) if " fell to " in one.text]
    labels = {("loss" in one.text or "debt" in one.text, one.document) for one in fell}
    assert labels == {(True, 2), (False, 0)}
