"""Leaders by surname: beside what they lead, and nowhere else where the surname is a word or many people's."""

from __future__ import annotations

import pytest

from stream_app.knowledge.linking import Linker


def _people(linker: Linker, text: str) -> set[str]:
    found = linker.link([("title", text)])
    return {one.entity.id.removeprefix("person:") for one in found if one.entity.id.startswith("person:")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Citi's Fraser sees strong pipeline", {"jane-fraser"}),
        ("BofA's Moynihan says consumers spend", {"brian-moynihan"}),
        ("Boeing CEO Ortberg speaks", {"kelly-ortberg"}),
        ("BOEING CEO ORTBERG: NO LAYOFFS", {"kelly-ortberg"}),
        ("Boeing slips after Ortberg spoke", {"kelly-ortberg"}),
        ("Fed's Schmid dissents", {"jeff-schmid"}),
        ("Intel CEO Tan flies to Taiwan", {"lip-bu-tan"}),
        ("SoftBank’s Son sells", {"masayoshi-son"}),
        ("AMD's Su speaks", {"lisa-su"}),
        ("Nestle's new boss Navratil cuts jobs", {"philipp-navratil"}),
    ],
)
def test_a_surname_beside_what_its_bearer_leads_is_his(linker: Linker, text: str, expected: set[str]) -> None:
    assert _people(linker, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Ortberg speaks",
        "Citi analyst Fraser Smith",
        "Boeing hires Tom Ortberg",
        "Boeing works near Ortberg-Hill",
        "Intel ships to Tan Son Nhat",
        "Tan lines: Intel staff at the beach",
        "Marten: results of Marten Transport",
        "BOEING: ORTBERG MINE SHUT",
    ],
)
def test_a_surname_in_another_name_or_far_from_whom_its_bearer_leads_is_nobody(linker: Linker, text: str) -> None:
    assert _people(linker, text) == set()


def test_a_leader_is_marked_where_the_surname_stands(linker: Linker) -> None:
    found = linker.link([("title", "Citi up"), ("body", "Citi's Fraser spoke of the Fraser river")])
    fraser = next(one for one in found if one.entity.id == "person:jane-fraser")
    assert next((one.field, one.start, one.text) for one in fraser.mentions) == ("body", 7, "Fraser")


def test_leaders_stand_where_the_text_first_names_them(linker: Linker) -> None:
    found = linker.link([("title", "Citi's Fraser and Walmart gain"), ("body", "Fraser met Tesla")])
    ids = [one.entity.id for one in found]
    assert ids == ["company:citigroup", "person:jane-fraser", "company:walmart", "company:tesla"]
