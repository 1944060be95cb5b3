"""What the shipped sources make: enough of everything, clean, the same every time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pycountry
import pytest

from stream_app.errors import DataError
from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.files import from_bytes, to_bytes
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph, from_lines, make_graph, to_lines
from stream_app.knowledge.linking.scan import CODE
from stream_app.pipeline.features import SECTORS


def _entity(graph: KnowledgeGraph, key: str) -> Entity:
    return next(entity for entity in graph.entities if entity.id == key)


def _edges(graph: KnowledgeGraph, kind: RelationKind, source: str) -> set[str]:
    return {edge.target for edge in graph.relations if edge.kind is kind and edge.source == source}


def test_there_is_enough_of_every_kind(graph: KnowledgeGraph) -> None:
    counts = Counter(entity.kind for entity in graph.entities)
    assert counts[EntityKind.COMPANY] >= 1800
    assert counts[EntityKind.PERSON] + counts[EntityKind.PRODUCT] >= 2000
    assert set(counts) == set(EntityKind)
    assert {edge.kind for edge in graph.relations} == set(RelationKind)


def test_every_country_and_currency_of_iso_is_there(graph: KnowledgeGraph) -> None:
    ids = {entity.id for entity in graph.entities}
    assert {f"country:{one.alpha_2.lower()}" for one in pycountry.countries} <= ids
    assert {f"currency:{one.alpha_3.lower()}" for one in pycountry.currencies} <= ids


def test_ids_are_readable_and_unique_and_sectors_are_those_of_the_model(graph: KnowledgeGraph) -> None:
    assert len({entity.id for entity in graph.entities}) == len(graph.entities)
    for entity in graph.entities:
        assert re.fullmatch(rf"{entity.kind}:[a-z0-9]+(?:-[a-z0-9]+)*", entity.id), entity.id
        assert entity.sector is None or entity.sector in SECTORS
        assert entity.country is None or len(entity.country) == 2
        assert entity.isin is None or re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}\d", entity.isin)
        assert entity.exchange is None or re.fullmatch(r"[A-Z0-9]{4}", entity.exchange)
        assert 0 < entity.prior <= 1


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("company:apple", ("AAPL", "XNAS", "US0378331005", "US", "Information Technology")),
        ("company:alphabet", ("GOOGL", "XNAS", "US02079K1079", "US", "Communication Services")),
        ("company:deutsche-telekom", ("DTE", "XETR", "DE0005557508", "DE", "Communication Services")),
        ("company:toyota", ("7203", "XTKS", "JP3633400001", "JP", "Consumer Discretionary")),
        ("company:kweichow-moutai", ("600519", "XSHG", None, "CN", "Consumer Staples")),
        ("company:jpmorgan-chase", ("JPM", "XNYS", "US46625H1005", "US", "Financials")),
    ],
)
def test_well_known_companies_have_their_facts(graph: KnowledgeGraph, key: str, facts: tuple[str | None, ...]) -> None:
    one = _entity(graph, key)
    assert (one.ticker, one.exchange, one.isin, one.country, one.sector) == facts


def test_share_classes_and_double_listings_are_one_company(graph: KnowledgeGraph) -> None:
    names = Counter(entity.name for entity in graph.entities if entity.kind is EntityKind.COMPANY)
    assert names["Alphabet Inc."] == 1
    holders = {(alias.entity, alias.text) for alias in graph.aliases if alias.text in {"GOOG", "GOOGL"}}
    assert holders == {("company:alphabet", "GOOG"), ("company:alphabet", "GOOGL")}
    isins = Counter(entity.isin for entity in graph.entities if entity.isin)
    assert isins.most_common(1)[0][1] == 1


def test_relations_lead_from_company_to_people_products_places_and_indices(graph: KnowledgeGraph) -> None:
    assert "product:iphone" in _edges(graph, RelationKind.MAKES_PRODUCT, "company:apple")
    assert "company:tesla" in _edges(graph, RelationKind.KEY_PERSON_OF, "person:elon-musk")
    assert _edges(graph, RelationKind.IN_COUNTRY, "company:apple") == {"country:us"}
    assert "index:s-and-p-500" in _edges(graph, RelationKind.CONSTITUENT_OF, "company:apple")
    assert _edges(graph, RelationKind.ISSUES_CURRENCY, "country:jp") == {"currency:jpy"}
    assert _edges(graph, RelationKind.CENTRAL_BANK_OF, "central_bank:federal-reserve") == {"country:us"}
    assert _edges(graph, RelationKind.IN_INDUSTRY, "company:nvidia") == {"industry:semiconductors"}


def test_degrees_count_relations(graph: KnowledgeGraph) -> None:
    touched = Counter(end for edge in graph.relations for end in (edge.source, edge.target))
    assert all(entity.degree == touched[entity.id] for entity in graph.entities)


def test_people_are_persons(graph: KnowledgeGraph) -> None:
    roles = re.compile(r"\b(?:CEO|CFO|Chair|President|Director|Officer|Founder|Group|Board|[0-9])", re.IGNORECASE)
    people = [entity.name for entity in graph.entities if entity.kind is EntityKind.PERSON]
    assert [name for name in people if roles.search(name)] == []
    assert [name for name in people if not 2 <= len(name.split()) <= 6] == []


def test_another_process_builds_the_same_version(graph: KnowledgeGraph) -> None:
    script = "from stream_app.knowledge.build import build_graph; print(build_graph().version)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == graph.version
    assert re.fullmatch(r"kg-[0-9a-f]{12}", graph.version)


def test_the_text_of_a_graph_names_it_and_does_not_spell_it_out(graph: KnowledgeGraph) -> None:
    assert repr(graph) == f"<KnowledgeGraph {graph.version}: {len(graph.entities)} entities>"


def test_a_graph_survives_its_bytes(graph: KnowledgeGraph) -> None:
    data = to_bytes(graph)
    assert to_bytes(graph) == data
    assert from_bytes(data, "here") == graph


def test_bytes_of_another_content_than_their_version_are_refused() -> None:
    graph = make_graph([Entity("country:us", EntityKind.COUNTRY, "United States")], [], relations=[])
    lied = KnowledgeGraph("kg-000000000000", graph.entities, graph.aliases, graph.relations, graph.cues)
    with pytest.raises(DataError, match="kg-000000000000"):
        from_bytes(to_bytes(lied), "here")
    with pytest.raises(DataError, match="here is no knowledge graph"):
        from_bytes(b"nothing of the kind", "here")


def test_what_refers_to_unknown_entities_is_left_out() -> None:
    known = Entity("country:us", EntityKind.COUNTRY, "United States")
    graph = make_graph(
        [known, Entity("country:us", EntityKind.COUNTRY, "A second one")],
        [
            Alias("US", "country:us", AliasStyle.CODE, 0.5),
            Alias("US", "country:us", AliasStyle.CODE, 0.9),
            Alias("XX", "country:xx", AliasStyle.CODE, 0.9),
            Alias(" ", "country:us", AliasStyle.NAME, 0.9),
        ],
        relations=[Relation("country:us", RelationKind.IN_COUNTRY, "country:xx")],
    )
    assert graph.entities == (known,)
    assert [alias.prior for alias in graph.aliases] == [0.9]
    assert graph.relations == ()


def test_a_line_that_is_no_fact_is_refused() -> None:
    with pytest.raises(ValueError, match="no fact"):
        from_lines([b'{"fact": "opinion"}'])
    assert list(to_lines(make_graph([], [], relations=[]))) == []


def test_no_phrase_that_names_nothing_is_also_the_name_of_an_entity(graph: KnowledgeGraph) -> None:
    names = {alias.text.lower() for alias in graph.aliases if alias.entity is not None}
    assert [alias.text for alias in graph.aliases if alias.entity is None and alias.text.lower() in names] == []


def test_every_cue_is_about_something_that_exists(graph: KnowledgeGraph) -> None:
    subjects = {entity.id for entity in graph.entities} | set(SECTORS) | {"finance"}
    assert {cue.subject for cue in graph.cues} <= subjects


def test_every_code_is_written_as_the_linker_finds_codes(graph: KnowledgeGraph) -> None:
    codes = {alias.text for alias in graph.aliases if alias.style is AliasStyle.CODE}
    assert not {text for text in codes if not CODE.fullmatch(text)}


def test_a_code_keeps_its_company_from_no_name_of_its_own(graph: KnowledgeGraph) -> None:
    styles = {alias.style for alias in graph.aliases if alias.text.lower() == "wabco"}
    assert styles == {AliasStyle.CODE, AliasStyle.NAME}
