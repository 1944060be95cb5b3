"""Who is exposed to stories that are no part of the sample: most of those whom a desk would name, the right way round.

The floors lie a little under what was measured on 2026-11-30, which docs/causal.md has with what was missed.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import Shell
from tests.stories import Story, is_exposed, is_found, largest_rise, rise, share, stories

AS_OF = "2026-11-02T09:00:00Z"
FAINT = 0.02
STORIES = stories()
BY_OTHERS = stories("stories_by_others")
BY_MANNER = stories("stories_by_manner")


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `score` says of each story, by its name."""
    told = [*STORIES, *BY_OTHERS, *BY_MANNER]
    folder = tmp_path_factory.mktemp("stories")
    lines = [json.dumps({"title": one.text, "published_at": AS_OF}) for one in told]
    (folder / "stories.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = Shell(folder).run("score", "--input", "stories.jsonl", "--json", timeout=280)
    assert done.status == 0, done.err
    return dict(zip([one.name for one in told], done.lines, strict=True))


def of(manner: str) -> list[Story]:
    return [one for one in STORIES if one.manner == manner]


def beside(one: Story) -> Story:
    """Return the fact that a possibility or denial speaks of."""
    return next(other for other in STORIES if other.name == one.key)


def test_every_story_is_scored(verdicts: dict[str, Any]) -> None:

    assert all(verdict["document_sentiment"] for verdict in verdicts.values())


@pytest.mark.parametrize(("manner", "floor"), [("", 0.85), ("over", 0.9)])
def test_who_is_exposed_is_among_the_first_ten(manner: str, floor: float, verdicts: dict[str, Any]) -> None:
    told = [is_exposed(verdicts[one.name], way, names) for one in of(manner) for way, names in one.exposed]
    assert share(told) >= floor


@pytest.mark.parametrize("manner", ["", "over"])
def test_who_is_found_goes_the_right_way(manner: str, verdicts: dict[str, Any]) -> None:
    told = [
        is_exposed(verdicts[one.name], way, names)
        for one in of(manner)
        for way, names in one.exposed
        if is_found(verdicts[one.name], names)
    ]
    assert share(told) >= 0.97


def test_stories_of_others_are_read_as_well_as_the_page_says(verdicts: dict[str, Any]) -> None:
    exposed = [(verdicts[one.name], way, names) for one in BY_OTHERS for way, names in one.exposed]
    found = [is_exposed(*one) for one in exposed]
    assert share(found) >= 0.55
    assert sum(found) / sum(is_found(verdict, names) for verdict, _, names in exposed) >= 0.89


def test_what_could_happen_weighs_less_than_what_has(verdicts: dict[str, Any]) -> None:
    told = [
        rise(verdicts[one.name], way, names) < fact
        for one in of("could")
        for way, names in beside(one).exposed
        if (fact := rise(verdicts[one.key], way, names)) > 0
    ]
    assert share(told) >= 0.95


def test_what_is_denied_exposes_nobody(verdicts: dict[str, Any]) -> None:
    assert share([largest_rise(verdicts[one.name]) <= FAINT for one in of("denied")]) == 1.0


@pytest.mark.parametrize(("manner", "floor"), [("", 0.5), ("over", 0.45)])
def test_what_others_told_in_four_manners_exposes_whom_it_should(
    manner: str, floor: float, verdicts: dict[str, Any]
) -> None:
    asked = [one for one in BY_MANNER if one.manner == manner]
    assert share([is_exposed(verdicts[one.name], way, names) for one in asked for way, names in one.exposed]) >= floor


def test_of_what_others_told_a_possibility_weighs_less_than_the_fact(verdicts: dict[str, Any]) -> None:
    facts = [(one, fact) for one in BY_MANNER if not one.manner and (fact := largest_rise(verdicts[one.name])) > 0]
    assert len(facts) >= 95
    assert share([largest_rise(verdicts[f"{one.key}~could"]) < fact for one, fact in facts]) >= 0.9


def test_of_what_others_told_most_denials_expose_nobody(verdicts: dict[str, Any]) -> None:
    denied = [one for one in BY_MANNER if one.manner == "denied"]
    assert share([largest_rise(verdicts[one.name]) <= FAINT for one in denied]) >= 0.75
