"""Words with two meanings have the one that their neighbours give them; what could happen exposes less than what has.

The floors lie a little under what was measured on 2026-12-01, which docs/statements.md has.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import Shell
from tests.stories import largest_rise, share
from tests.two_meanings import headlines, is_held_back, pairs, ways

HEADLINES = headlines()
PAIRS = pairs()


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `score` says of each text."""
    told = [one.text for one in HEADLINES] + [text for pair in PAIRS for text in pair]
    lines = "".join(f"{json.dumps({'title': one})}\n" for one in told)
    done = Shell(tmp_path_factory.mktemp("meanings")).here("score", "--input", "-", "--json", given=lines.encode())
    assert done.status == 0, done.err
    return dict(zip(told, done.lines, strict=True))


@pytest.mark.parametrize(
    ("is_other", "held_back", "floor"),
    [(True, False, 0.85), (True, True, 0.72), (False, False, 0.95), (False, True, 0.93)],
)
def test_a_word_has_the_meaning_that_its_neighbours_give_it(
    *, is_other: bool, held_back: bool, floor: float, verdicts: dict[str, Any]
) -> None:
    asked = [one for one in HEADLINES if (one.is_other, is_held_back(one)) == (is_other, held_back)]
    assert share([right for one in asked for right in ways(one, verdicts[one.text])]) >= floor


@pytest.mark.parametrize(("fact", "could"), PAIRS, ids=[could for _, could in PAIRS])
def test_what_could_happen_exposes_less_than_what_has(fact: str, could: str, verdicts: dict[str, Any]) -> None:
    assert largest_rise(verdicts[could]) < largest_rise(verdicts[fact])
