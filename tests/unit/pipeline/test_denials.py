"""A denial is told at the end of its clause; a refusal is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_app.pipeline.denials import denials
from stream_app.pipeline.told import Told, told_of

DENIED = (
    ("Acme denies it is close to bankruptcy", "bankruptcy"),
    ("Acme denies report of accounting fraud, shares steady", "fraud"),
    ("Acme rejects claim that it will miss its targets", "targets"),
    ("Acme says it has no plans to cut output in Berlin. Shares fell.", "Berlin"),
    ("No plans to cut dividend, Acme says", "dividend"),
    ("No truth in talk that Acme faces charges, its chairman says", "charges"),
    ("Acme India denies delisting plans; stock plunges over 13%", "plans"),
    ("Acme calls reports that it is insolvent baseless", "baseless"),
    ("Reports of a default are false, bank says", "false"),
    ("Acme chairman rejects rival's allegations of bribery", "bribery"),
)
NOT_DENIED = (
    "U.S. appeals court denies Acme bid for rehearing in patent case",
    "Acme rejects raised offer from Initech",
    "Court dismisses fraud charges against Acme",
    "Judge rejects claims against Acme",
    "Regulator denies approval of Acme drug",
    "Acme admits it is close to bankruptcy",
    "Acme plans to cut output",
)


@pytest.mark.parametrize(("text", "end"), DENIED)
def test_denial_is_told_where_its_clause_ends(text: str, end: str) -> None:
    (found,) = denials(text)
    assert text[: found.at].endswith(end)


@pytest.mark.parametrize("text", NOT_DENIED)
def test_refusals_and_rulings_deny_nothing(text: str) -> None:
    assert denials(text) == []


def test_all_that_rules_tell_is_in_order() -> None:
    text = "Acme denies fraud claims. EPS was $0.98 vs. est. $1.05"
    expected = [Told(text.index("."), "denied", text.index("denies")), Told(len(text), "falls", text.index("1.05"))]
    assert told_of(text) == expected


PIECES = st.sampled_from(["denies", "it", "reports", "no", "plans to", "false", "Court", ",", ".", "is", " "])


@given(st.lists(PIECES, max_size=30).map(" ".join))
def test_no_text_is_too_odd(text: str) -> None:
    found = denials(text)
    assert [one.at for one in found] == sorted({one.at for one in found})
    assert all(0 <= one.words < one.at <= len(text) for one in found)
