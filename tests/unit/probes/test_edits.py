"""Edits keep what they promise to keep: the names, their spans, the order of numbers, the rest of the text."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.probes.edits import Edit, label_keeping
from stream_app.probes.hostile import ADDED, added
from stream_app.probes.opposites import OPPOSITES, opposite
from stream_app.probes.templates import NEGATIVE, NEUTRAL, POSITIVE
from stream_app.probes.texts import Change, Text, changed, parts
from tests.unit.probes.examples import COMPANIES, text_of, texts

EDITS = dict(label_keeping(COMPANIES)) | {kind: added(kind) for kind in ADDED}
KEEPS_NAMES = ["numbers", "typo", "title", "punctuation", "emoji", "boilerplate", *ADDED]
seeds = st.integers(0, 2**32)
few = settings(max_examples=25)
each_edit = pytest.mark.parametrize("kind", EDITS)


def edited(kind: str, text: Text, seed: int = 0) -> Text | None:
    edit: Edit = EDITS[kind]
    return edit(text, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KEEPS_NAMES)
@few
@given(text=texts(), seed=seeds)
def test_an_edit_that_keeps_names_keeps_them(kind: str, text: Text, seed: int) -> None:
    after = edited(kind, text, seed)
    assert after is None or after.said() == text.said()


@pytest.mark.parametrize(("kind", "cased"), [("upper", str.upper), ("lower", str.lower)])
@few
@given(text=texts())
def test_case_is_all_that_names_change(kind: str, cased: type, text: Text) -> None:
    after = edited(kind, text)
    assert after is None or after.said() == tuple(map(cased, text.said()))


@few
@given(text=texts(), seed=seeds)
def test_tickers_leave_names_alone_that_are_none(text: Text, seed: int) -> None:
    after = edited("tickers", text, seed)
    pairs = zip(text.said(), after.said() if after else (), strict=after is not None)
    assert all(new == old or old.startswith("$") for old, new in pairs)


@few
@given(text=texts(), seed=seeds)
def test_another_name_leaves_everything_else_as_it_was(text: Text, seed: int) -> None:
    after = edited("names", text, seed)
    if after is not None:
        (start, end), (_, new_end) = text.names[0], after.names[0]
        assert after.text[:start] == text.text[:start]
        assert after.text[new_end:] == text.text[end:]
        assert after.said()[0] in {one.name for one in COMPANIES} - {text.said()[0]}


@each_edit
@few
@given(text=texts(), seed=seeds)
def test_spans_stay_in_order_and_apart(kind: str, text: Text, seed: int) -> None:
    after = edited(kind, text, seed)
    if after is not None:
        assert all(0 <= start < end <= len(after.text) for start, end in after.names)
        assert all(before[1] < behind[0] for before, behind in pairwise(after.names))
        assert len(after.names) == len(text.names)


@each_edit
@few
@given(text=texts(), seed=seeds)
def test_an_edit_changes_something_or_says_that_there_is_nothing_to_change(kind: str, text: Text, seed: int) -> None:
    after = edited(kind, text, seed)
    assert after is None or after.text != text.text
    assert edited(kind, text, seed) == after


@few
@given(text=texts())
def test_parts_are_the_whole_text(text: Text) -> None:
    assert "".join(text.text[start:end] for start, end in parts(text)) == text.text


def test_what_is_inserted_at_the_end_of_a_name_is_not_part_of_it() -> None:
    text = text_of("{Acme}")
    after = changed(text, [Change(0, 0, "UPDATE 1-"), Change(4, 4, " - Reuters")])
    assert after.text == "UPDATE 1-Acme - Reuters"
    assert after.said() == ("Acme",)


@given(seed=seeds)
def test_of_two_numbers_the_greater_stays_so_and_years_and_dates_stay(seed: int) -> None:
    after = edited("numbers", text_of("{3M} at 1.2bn vs 1.1bn in 2014, up 9% on 3-month 10:30 Q3 of 1,150"), seed)
    assert after is not None
    found = re.fullmatch(
        r"3M at ([\d.]+)bn vs ([\d.]+)bn in 2014, up (\d+)% on 3-month 10:30 Q3 of 1,\d{3}", after.text
    )
    assert found
    assert 1.1 < float(found[2]) < float(found[1]) <= 1.8
    assert 10 <= int(found[3]) <= 14


@given(seed=seeds)
def test_a_typo_swaps_two_neighbours_or_drops_one_of_one_word(seed: int) -> None:
    after = edited("typo", text_of("{straight} profit in $aapls"), seed)
    assert after is not None
    found = re.fullmatch(r"straight (p\w+) in \$aapls", after.text)
    assert found
    assert found[1] != "profit"
    missing = set("profit") - set(found[1])
    assert sorted(found[1]) == sorted("profit") if len(found[1]) == 6 else len(missing) == 1 and len(found[1]) == 5


@pytest.mark.parametrize("kind", ["numbers", "typo", "names", "tickers"])
def test_where_there_is_nothing_to_edit_nothing_is(kind: str) -> None:
    assert edited(kind, text_of("At {Globex} all is as it was")) is None


def test_nothing_is_appended_to_a_link() -> None:
    assert edited("punctuation", text_of("up https://t.co/abc")) is None


@pytest.mark.parametrize(
    ("marked", "label", "turned"),
    [
        ("{Acme} profit Rises 3%", POSITIVE, ("Acme profit Falls 3%", -1)),
        ("{Acme} MISSES", NEGATIVE, ("Acme BEATS", 1)),
        ("{Acme} profit rises", NEUTRAL, None),
        ("{Acme} profit rises", None, None),
        ("{Acme} rises, then falls", POSITIVE, None),
        ("{Acme} rises, {Beta} does not", POSITIVE, None),
        ("Shares of {Strong Beat} steady", POSITIVE, None),
        ("Upbeat {Acme} catch-up", POSITIVE, None),
    ],
)
def test_only_one_deciding_word_is_turned_round(marked: str, label: int | None, turned: tuple[str, int] | None) -> None:
    found = opposite(text_of(marked, label))
    assert (found and (found[0].text, found[1])) == turned


def test_every_opposite_leads_somewhere_else() -> None:
    assert all(word != other for word, other in OPPOSITES.items())
