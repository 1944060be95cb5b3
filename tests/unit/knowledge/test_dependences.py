"""The tables of economic facts: enough of them, about entities that exist, each readable and said once."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from stream_app.errors import DataError
from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.derived import DERIVED, derived_dependences
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.sources.dependences import (
    dependence_of,
    read_dependences,
    table_dependences,
    table_names,
    up_to_the_end,
)
from stream_app.knowledge.sources.tables import Row, read_table

_BOEING = "company:boeing"
_ALWAYS, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_CROSS_HOLDINGS = {
    ("company:agco", "company:tafe"),  # until 2025
    ("company:air-china", "company:cathay-pacific"),
    ("company:baic", "company:mercedes-benz"),
    ("company:dior", "company:lvmh"),
    ("company:grupo-sura", "company:nutresa"),  # until 2024
    ("company:handelsbanken", "company:industrivardenc"),
    ("company:kingfisher-airlines", "company:united-breweries"),  # one man's, until 2012
    ("company:nissan", "company:renault"),
    ("company:toyota", "company:toyota-industries"),
}


@pytest.fixture(scope="module")
def stated() -> list[Dependence]:
    return read_dependences()


def test_there_are_facts_enough_and_of_every_stated_kind(stated: list[Dependence], graph: KnowledgeGraph) -> None:
    assert len(stated) >= 1800
    assert {one.kind for one in graph.dependences} == set(DependenceKind)


def test_every_fact_is_about_entities_of_the_graph(stated: list[Dependence], graph: KnowledgeGraph) -> None:
    known = {entity.id for entity in graph.entities}
    assert sorted({end for one in stated for end in (one.source, one.target)} - known) == []


def test_every_fact_of_the_tables_is_in_the_graph(stated: list[Dependence], graph: KnowledgeGraph) -> None:
    assert set(stated) <= set(graph.dependences)


def test_nothing_exposes_a_company_that_has_ended_while_it_still_exposes_others(stated: list[Dependence]) -> None:
    bank, end = "company:silicon-valley-bank", datetime(2023, 3, 1, tzinfo=UTC)
    after = [one for one in stated if bank in (one.source, one.target) and one.valid_to is None]
    assert after
    for one in after:
        assert one.valid_from is not None
        assert one.valid_from >= end
        into, out_of = (one.forward, one.backward) if one.target == bank else (one.backward, one.forward)
        assert into is None
        assert out_of is not None


def test_nothing_exposes_what_has_ended_however_it_is_known(graph: KnowledgeGraph) -> None:
    """Neither what is derived from relations does, nor who owns it from the day on which it ended."""
    ended = {row["company"] for row in read_table("ended_companies")}
    open_ended = [one for one in graph.dependences if one.valid_to is None]
    assert [one.key for one in open_ended if one.target in ended and one.forward] == []
    assert [one.key for one in open_ended if one.source in ended and one.backward] == []
    boeing = [one for one in graph.dependences if one.target == "company:spirit-aerosystems" and one.source == _BOEING]
    assert any(one.backward is not None and one.valid_to is None for one in boeing)


def test_what_is_derived_of_a_company_ends_with_it() -> None:
    bank, ended = "company:credit-suisse", datetime(2023, 6, 1, tzinfo=UTC)
    both = Transmission(1, 0.1)
    fact = Dependence(bank, DependenceKind.BELONGS_TO_INDUSTRY, "industry:banks", both, both, 0.0, 72.0, DERIVED, 0.5)
    until, after = up_to_the_end([fact])
    assert until == replace(fact, valid_to=ended)
    assert after == replace(fact, valid_from=ended, backward=None)
    assert up_to_the_end([replace(fact, source="company:ubs")]) == [replace(fact, source="company:ubs")]


def test_a_buyer_is_exposed_to_what_it_bought_and_exposes_it_no_more() -> None:
    both = Transmission(1, 0.1)
    bought = datetime(2025, 12, 1, tzinfo=UTC)
    fact = Dependence(
        _BOEING, DependenceKind.OWNS, "company:spirit-aerosystems", both, both, 0.0, 72.0, "10-K", 0.9, bought
    )
    assert up_to_the_end([fact]) == [replace(fact, forward=None)]


def test_no_statement_holds_twice_at_a_time(stated: list[Dependence]) -> None:
    periods = defaultdict(list)
    for one in stated:
        periods[one.source, one.kind, one.target].append((one.valid_from or _ALWAYS, one.valid_to or _NEVER))
    ordered = {key: sorted(some) for key, some in periods.items() if len(some) > 1}
    assert [key for key, some in ordered.items() for one, other in pairwise(some) if other[0] < one[1]] == []


def test_nobody_is_owned_by_whom_he_owns_but_where_shares_are_held_both_ways(stated: list[Dependence]) -> None:
    owned = {(one.source, one.target) for one in stated if one.kind is DependenceKind.OWNS}
    assert {pair for pair in owned if pair[::-1] in owned and pair < pair[::-1]} == _CROSS_HOLDINGS


def test_no_fact_is_told_twice(stated: list[Dependence]) -> None:
    told = Counter(one.key for one in stated)
    assert [key for key, times in told.items() if times > 1] == []
    pairs = {(one.source, one.kind, one.target) for one in stated}
    mirrored = {DependenceKind.SUPPLIES: DependenceKind.CUSTOMER_OF}
    mirrored[DependenceKind.COMPETES_WITH] = DependenceKind.COMPETES_WITH
    assert [pair for pair in pairs if (pair[2], mirrored.get(pair[1]), pair[0]) in pairs] == []


def test_every_fact_is_within_its_bounds_and_names_its_source(stated: list[Dependence]) -> None:
    for one in stated:
        assert one.origin
        assert 0 < one.confidence <= 1
        assert one.share is None or 0 < one.share <= 1
        assert one.delay_hours >= 0
        assert one.half_life_hours > 0
        assert all(0 < way.weight <= 1 for way in (one.forward, one.backward) if way is not None)
        assert one.valid_from is None or one.valid_to is None or one.valid_from < one.valid_to


@pytest.mark.parametrize(
    ("kind", "source", "target"),
    [
        (DependenceKind.OWNS, {"company", "country", "organisation"}, {"company", "currency", "product"}),
        (DependenceKind.COMPETES_WITH, {"company"}, {"company"}),
        (DependenceKind.LENDS_TO, {"company"}, {"company", "country"}),
        (DependenceKind.DEPENDS_ON_COMMODITY, {"company", "industry", "country"}, {"commodity"}),
        (DependenceKind.EXPOSED_TO_CURRENCY, {"company", "industry"}, {"currency"}),
        (DependenceKind.REGULATED_BY, {"company", "industry"}, {"organisation", "central_bank"}),
        (DependenceKind.CENTRAL_BANK_OF, {"central_bank"}, {"country", "organisation"}),
        (DependenceKind.ISSUES_CURRENCY, {"country", "organisation"}, {"currency"}),
    ],
)
def test_relations_join_the_kinds_they_are_about(
    stated: list[Dependence], kind: DependenceKind, source: set[str], target: set[str]
) -> None:
    some = [one for one in stated if one.kind is kind]
    assert {one.source.partition(":")[0] for one in some} <= source
    assert {one.target.partition(":")[0] for one in some} <= target


def test_what_regulates_passes_no_shock(stated: list[Dependence]) -> None:
    regulated = [one for one in stated if one.kind is DependenceKind.REGULATED_BY]
    assert all(one.forward is None and one.backward is None for one in regulated)


def test_a_row_says_only_what_differs_from_its_relation() -> None:
    plain = Row({"source": "company:a", "relation": "supplies", "target": "company:b", "origin": "10-K"})
    fact = dependence_of(plain)
    assert fact.forward == Transmission(1, 0.15)
    assert fact.backward == Transmission(1, 0.03)
    assert (fact.delay_hours, fact.half_life_hours, fact.confidence) == (0.0, 120.0, 0.8)


def test_a_share_sets_the_weight_of_whoever_depends_on_it_and_a_weight_in_full_overrides_it() -> None:
    cells = {"source": "company:a", "relation": "supplies", "target": "company:b", "origin": "10-K", "share": "0.5"}
    assert dependence_of(Row(cells)).backward == Transmission(1, 0.2)
    assert dependence_of(Row(cells | {"share": "1"})).backward == Transmission(1, 0.4)
    assert dependence_of(Row(cells | {"backward": "-0.2"})).backward == Transmission(-1, 0.2)
    assert dependence_of(Row(cells | {"backward": "0"})).backward is None


def test_dates_may_be_years_months_and_days() -> None:
    cells = {"source": "company:a", "relation": "supplies", "target": "company:b", "origin": "10-K"}
    fact = dependence_of(Row(cells | {"valid_from": "2014", "valid_to": "2015-06", "known_from": "2014-02-03"}))
    assert fact.valid_from == datetime(2014, 1, 1, tzinfo=UTC)
    assert fact.valid_to == datetime(2015, 6, 1, tzinfo=UTC)
    assert fact.known_from == datetime(2014, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "fault",
    [
        {"relation": "likes"},
        {"valid_from": "soon"},
        {"share": "half"},
        {"relation": "depends_on_commodity", "target": "commodity:copper"},
    ],
)
def test_a_row_that_cannot_be_is_refused(fault: dict[str, str]) -> None:
    cells = {"source": "company:a", "relation": "supplies", "target": "company:b", "origin": "10-K"} | fault
    with pytest.raises(ValueError, match=r"."):
        dependence_of(Row(cells))


def test_a_table_that_is_missing_is_an_error() -> None:
    assert "dependences_semiconductors" in table_names()
    with pytest.raises((DataError, FileNotFoundError)):
        list(table_dependences("dependences_of_nothing"))


def test_what_is_derived_is_weak_and_gives_way_to_what_is_stated(graph: KnowledgeGraph) -> None:
    derived = [one for one in graph.dependences if one.origin.startswith(DERIVED)]
    assert derived
    assert all(one.confidence <= 0.5 for one in derived)
    told = {(one.source, one.kind, one.target) for one in graph.dependences if not one.origin.startswith(DERIVED)}
    assert [one for one in derived if (one.source, one.kind, one.target) in told] == []


def test_an_industry_has_so_many_members_at_most_and_few_that_move_it() -> None:
    companies = [Entity(f"company:c{n}", EntityKind.COMPANY, "C", prior=n / 1000) for n in range(1, 200)]
    industry = Entity("industry:banks", EntityKind.INDUSTRY, "Banks")
    relations = [Relation(one.id, RelationKind.IN_INDUSTRY, industry.id) for one in companies]
    derived = list(derived_dependences([*companies, industry], relations))
    assert len(derived) == 60
    assert sum(one.forward is not None for one in derived) == 10
    assert all(one.backward is not None for one in derived)
    assert {one.source for one in derived} == {one.id for one in companies[-60:]}
