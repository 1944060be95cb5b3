"""Texts lose their markup and nothing else; no text takes long."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.clean import is_blank, without_markup

REPEATS = 20_000


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("<p>Apple &amp; Co <b>beat</b>.<br>Up 5%.</p>", "Apple & Co beat.\nUp 5%."),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<p>soft\nline   and \t tab</p>", "soft line and tab"),
        ("<script>if (a<b) x()</script><style>p {}</style><p>seen", "seen"),
        ("<!-- <b>hidden</b> --><i>seen</i>", "seen"),
        ("<p>&lt;b&gt; &#8364; &#xD800;</p>", "<b> € \ufffd"),
        ('<a href="https://example.com/?a=1&b=<2>">link</a>', "link"),
        ('<meta charset="latin-1"><p>é中文😀</p>', "é中文😀"),
        ("<b><AAPL.O> up</b> <5%", "<AAPL.O> up <5%"),
        ("<p>", ""),
    ],
)
def test_reader_of_the_page_and_of_the_text_see_the_same(raw: str, seen: str) -> None:
    assert without_markup(raw) == seen


@pytest.mark.parametrize(
    "text",
    ["AT&T, R&D &copy 5", "margin <5% and a<b", "<AAPL.O> up", "two  blanks\n\nkept ", "x <brand> y", "1 < 2 > 1"],
)
def test_text_without_markup_comes_back_as_it_is(text: str) -> None:
    assert without_markup(text) == text


def test_references_are_resolved_outside_of_markup_too() -> None:
    assert without_markup("AT&amp;T up &gt;5% &unknown;") == "AT&T up >5% &unknown;"


def test_control_characters_become_blanks_in_place() -> None:
    assert without_markup("a\x00b\x1fc\x85d\ne") == "a b c d\ne"
    assert without_markup("a&#x81;b <b>c&#x81;d</b>") == "a b c d"
    assert without_markup("a&#x81;b") == "a b"


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\ufeff\xad"])
def test_text_of_unseen_characters_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}😀")


@given(st.text(st.characters(exclude_characters="<&", exclude_categories=("Cc", "Cs"))))
def test_offsets_into_plain_text_never_move(text: str) -> None:
    assert without_markup(text) == text


@given(st.text("<>&/!-ab=\"' pscriptldv;#x0"))
def test_markup_in_pieces_never_raises_and_the_result_is_one_text(raw: str) -> None:
    assert {category(character) for character in without_markup(raw) if character != "\n"}.isdisjoint({"Cc", "Cs"})


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", '<a href="', "<a '", "</", "&#", "<div>", "<script>", "<?", "<a b="]
)
def test_no_repetition_of_broken_markup_takes_long(piece: str) -> None:
    assert len(without_markup("<p>x</p>" + piece * REPEATS)) <= (len(piece) + 1) * REPEATS
