"""Texts that tell the same have similar fingerprints; figures, tickers and directions tell the others apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.fingerprint import SKETCH_SIZE, Fingerprint, fingerprint, shared
from stream_app.pipeline.marks import agree
from stream_app.pipeline.words import words

HEADLINE = "Apple beats estimates as iPhone sales surge in China, shares up 5%"
BODY = " ".join(
    f"Sentence {number} of the article speaks of word{number} and word{number * 7}." for number in range(60)
)


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    return shared(one.whole, other.whole)


@pytest.mark.parametrize(
    "repeated",
    [
        f"RT @newswire: {HEADLINE} https://t.co/Ab12cd",
        HEADLINE.upper(),
        "Apple beats estimates, as iPhone sales surge in China; shares up 5.0 % via @desk",
        "“Apple beats estimates as iPhone sales surge in China – shares up 5%” @someone",
    ],
)
def test_dressing_does_not_change_the_words(repeated: str) -> None:
    assert words(repeated) == words(HEADLINE)
    assert fingerprint(repeated, "").whole == fingerprint(HEADLINE, "").whole


def test_word_that_a_cut_text_breaks_off_in_is_no_word() -> None:
    assert words("Apple beats estimates as iPho…") == ["apple", "beats", "estimates"]


def test_chinese_is_compared_by_pairs_of_characters() -> None:
    ones, others = fingerprint("苹果公司第二季度利润上涨5%", ""), fingerprint("苹果公司二季度利润上涨5%", "")
    assert words("苹果公司") == ["苹果", "果公", "公司"]
    assert likeness(ones, others) > 0.5
    assert likeness(ones, fingerprint("宁德时代宣布回购股份", "")) == 0


def test_order_of_words_matters() -> None:
    assert likeness(fingerprint("Apple sues Microsoft", ""), fingerprint("Microsoft sues Apple", "")) < 0.6


FIGURES = ": 12.4 billion sales, 41 percent margin, 88 million units, 164000 people, 61.5 billion cash"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Apple Q2 profit up 5%", "Apple Q3 profit up 9%"),
        ("Apple profit up 5%", "Apple profit up 9%"),
        ("Oil trades at a 3-month high", "Oil trades at a 3-month low"),
        ("Hedge funds love Acme (ACM)", "Hedge funds love Umbrella (UMB)"),
        ("$ACM: gapping down", "$UMB: gapping down"),
        ("苹果股价上涨", "苹果股价下跌"),
        (f"Acme raises its outlook{FIGURES}", f"Acme cuts its outlook{FIGURES}"),
    ],
)
def test_figures_tickers_and_directions_tell_stories_apart(one: str, other: str) -> None:
    assert not agree(fingerprint(one, "").marks, fingerprint(other, "").marks)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Apple profit up 5% in Q2", "Apple profit up"),
        ("Apple profit up 5%", "Apple profit rises 5.0%"),
        ("Revenue was 1,500 million", "Revenue was 1500 million"),
        ("$ACM Acme opens a plant", "Acme opens a plant"),
    ],
)
def test_less_said_is_no_contradiction(one: str, other: str) -> None:
    assert agree(fingerprint(one, "").marks, fingerprint(other, "").marks)


def test_long_texts_with_one_passage_changed_stay_alike() -> None:
    changed = BODY.replace("word21 ", "another ").replace("word28 ", "else ")
    assert likeness(fingerprint("", BODY), fingerprint("", changed)) > 0.8


def test_title_of_a_long_text_is_found_by_whoever_repeats_it_alone() -> None:
    long, bare = fingerprint(HEADLINE, BODY), fingerprint(HEADLINE, "")
    assert shared(long.lead, bare.lead) == 1
    assert set(bare.slots) <= set(long.slots)


def test_sketches_estimate_what_long_texts_share() -> None:
    ones = fingerprint("", " ".join(f"a{number}" for number in range(1000)))
    others = fingerprint("", " ".join(f"a{number}" for number in range(500, 1500)))
    assert len(ones.whole) == SKETCH_SIZE
    assert likeness(ones, others) == pytest.approx(1 / 3, abs=0.15)


@given(st.text(), st.text())
def test_any_text_has_a_fingerprint_and_is_like_itself(title: str, body: str) -> None:
    found = fingerprint(title, body)
    assert found == fingerprint(title, body)
    assert likeness(found, found) == float(bool(found.whole))
    assert bool(found.slots) == bool(found.whole)


@given(st.sets(st.integers(0, 2**32 - 1)), st.sets(st.integers(0, 2**32 - 1)))
def test_sketches_of_few_words_are_exact(ones: set[int], others: set[int]) -> None:
    expected = len(ones & others) / len(ones | others) if ones | others else 0.0
    assert shared(tuple(sorted(ones)), tuple(sorted(others))) == pytest.approx(expected)


def test_fingerprints_are_the_same_in_every_process() -> None:
    """Stored slots and sketches are compared with those of other workers, today's with last week's."""
    found = fingerprint("Apple beats estimates", "")
    assert (found.slots[0], found.whole[0]) == (6479297527785679750, 513057711)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["a", "a.", "@", "@a ", "rt ", "1,", "(", "$", "'", "http://", "via @", "中", "…"])
def test_no_repetition_takes_long(piece: str) -> None:
    assert fingerprint(piece * 100_000, piece * 100_000).marks is not None
