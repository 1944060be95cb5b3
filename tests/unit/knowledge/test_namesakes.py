"""Names that several entities bear: each still means one of them by itself, and the text may say otherwise."""

from __future__ import annotations

from collections import defaultdict

import pytest

from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph
from stream_app.knowledge.linking import Linker
from stream_app.knowledge.linking.folding import fold
from stream_app.knowledge.namesakes import settled

_EVEN, _LEAST_NIL = 0.5, 0.02
_REAL_DOUBLES: frozenset[str] = frozenset()  # by hand, one half and more each: Prudential has less


def _entity(key: str, name: str, country: str | None = None, ticker: str | None = None) -> Entity:
    return Entity(key, EntityKind(key.partition(":")[0]), name, country=country, ticker=ticker)


def _names(*entities: Entity, text: str, prior: float = 0.9) -> list[Alias]:
    return [Alias(text, entity.id, AliasStyle.NAME, prior) for entity in entities]


def _facts(entity: Entity, *others: str) -> list[Dependence]:
    return [
        Dependence(
            entity.id,
            DependenceKind.AFFECTS,
            other,
            forward=Transmission(1, 0.1),
            backward=None,
            delay_hours=1.0,
            half_life_hours=24.0,
            origin="a test",
            confidence=0.8,
        )
        for other in others
    ]


def test_no_name_is_kept_from_all_of_its_bearers_by_their_being_several(graph: KnowledgeGraph) -> None:
    priors: dict[tuple[bool, str], dict[str, float]] = defaultdict(dict)
    for alias in graph.aliases:
        if alias.entity is not None and alias.style is not AliasStyle.TICKER:
            is_code = alias.style is AliasStyle.CODE
            bearers = priors[is_code, alias.text if is_code else fold(alias.text)]
            bearers[alias.entity] = max(alias.prior, bearers.get(alias.entity, 0.0))
    lost = {
        text
        for (_, text), bearers in priors.items()
        if max(bearers.values()) >= _EVEN > max(bearers.values()) / max(sum(bearers.values()) + _LEAST_NIL, 1.0)
    }
    assert lost == _REAL_DOUBLES


def test_the_first_of_namesakes_is_who_is_called_so_and_then_who_has_more_dependences() -> None:
    group, unit = _entity("company:group", "Group plc", "GB"), _entity("company:unit", "Unit Ltd", "GB")
    facts = [*_facts(group, "country:gb", "country:fr"), *_facts(unit, "country:gb")]
    by_name = settled(_names(group, unit, text="unit"), [group, unit], facts)
    by_facts = settled(_names(group, unit, text="either"), [group, unit], facts)
    assert [alias.prior for alias in by_name] == [pytest.approx(0.63), 0.9]
    assert [alias.prior for alias in by_facts] == [0.9, pytest.approx(0.63)]


def test_companies_of_two_countries_and_doubtful_names_remain_equals() -> None:
    here, there = _entity("company:a", "A plc", "GB"), _entity("company:b", "B Inc.", "US")
    facts = [*_facts(here, "country:gb"), *_facts(there, "country:us")]
    strangers, doubtful = _names(here, there, text="Both"), _names(here, there, text="Both", prior=0.45)
    assert settled(strangers, [here, there], facts) == strangers
    assert settled(doubtful, [here, there], facts) == doubtful


def test_a_second_listing_without_facts_gives_way() -> None:
    main, twin = _entity("company:a", "BeOne", "CN", "6160"), _entity("company:b", "百济神州", "CN", "688235")
    found = settled(_names(main, twin, text="百济神州"), [main, twin], _facts(main, "country:cn"))
    assert [alias.prior for alias in found] == [0.9, pytest.approx(0.63)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Eli Lilly to cut price of obesity drug", "company:eli-lilly"),
        ("John Deere layoffs", "company:deere"),
        ("Philip Morris lifts forecast", "company:philip-morris"),
        ("Charles Schwab to launch crypto trading", "company:charles-schwab"),
        ("Ralph Lauren raises outlook", "company:ralph-lauren"),
        ("Smurfit Westrock shuts mill", "company:smurfit-westrock"),
        ("TE Connectivity beats", "company:te-connectivity"),
        ("Arch Capital beats estimates", "company:arch-capital-group"),
        ("Central Garden & Pet sells brands", "company:central-garden-and-pet"),
        ("百济神州新药获批", "company:beigene"),
        ("阿特斯签下储能订单", "company:canadian-solar"),
        ("AI capex to top $500 billion", "macro_indicator:ai-capex"),
        ("Digital Markets Act fines loom", "macro_indicator:digital-markets-act"),
        ("food stamps cut", "macro_indicator:food-stamps"),
        ("Costa Coffee sale fails", "company:costa-coffee"),
        ("光模块需求旺盛", "commodity:optical-modules"),
        ("锂辉石价格上涨", "commodity:spodumene"),
    ],
)
def test_names_of_one_thing_under_two_ids_are_linked(linker: Linker, text: str, expected: str) -> None:
    assert expected in {found.entity.id for found in linker.link([("title", text)])}
