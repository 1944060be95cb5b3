"""What the commands of the knowledge graph print and say, without a server."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stream_app.cli.kg import app
from stream_app.errors import DataError, ServerUnavailable
from stream_app.events.entity import EntityKind
from stream_app.knowledge.dependence import Dependence, DependenceKind, Transmission
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.files import from_bytes, to_bytes
from stream_app.knowledge.graph import Alias, AliasStyle, make_graph
from stream_app.settings import Settings


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Commands of somebody who has set nothing and runs nothing."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"STREAM_APP_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


FACT = Dependence(
    "company:apple",
    DependenceKind.EXPOSED_TO_COUNTRY,
    "country:us",
    None,
    Transmission(1, 0.2),
    delay_hours=0.0,
    half_life_hours=120.0,
    origin="10-K",
    confidence=0.8,
    valid_from=datetime(2014, 1, 1, tzinfo=UTC),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    entities = [
        Entity("company:apple", EntityKind.COMPANY, "Apple Inc.", ticker="AAPL", prior=0.9),
        Entity("company:apple-bank", EntityKind.COMPANY, "Apple Bank", prior=0.5),
        Entity("country:us", EntityKind.COUNTRY, "United States", country="US"),
    ]
    aliases = [
        Alias("Apple", "company:apple", AliasStyle.NAME, 0.8),
        Alias("Apple", "company:apple-bank", AliasStyle.NAME, 0.1),
    ]
    relations = [Relation("company:apple", RelationKind.IN_COUNTRY, "country:us")]
    path = tmp_path / "graph.jsonl.gz"
    path.write_bytes(to_bytes(make_graph(entities, aliases, relations=relations, dependences=[FACT])))
    return path


def test_build_writes_a_file_and_counts_what_is_in_it(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(app, ["build", "--out", str(tmp_path / "new" / "kg.gz"), "--json"])
    line = json.loads(result.stdout)
    assert line["entities"]["company"] >= 1800
    assert line["relations"]["key_person_of"] > 1000
    assert line["stated_dependences"] >= 1800
    assert line["dependences"]["supplies"] > 1000
    shown = runner.invoke(app, ["show", "AAPL", "--graph", line["file"]])
    assert "company:apple" in shown.stdout
    assert line["kg_version"] in shown.stdout


@pytest.mark.parametrize("query", ["AAPL", "$aapl", "company:apple", "apple", " Apple "])
def test_show_finds_an_entity_by_id_ticker_or_name(runner: CliRunner, file: Path, query: str) -> None:
    lines = runner.invoke(app, ["show", query, "--graph", str(file), "--json"]).stdout.splitlines()
    first = json.loads(lines[0])
    assert first["entity"]["id"] == "company:apple"
    assert first["relations"] == [{"from": "company:apple", "relation": "in_country", "to": "country:us"}]


def test_show_names_the_others_of_an_ambiguous_name(runner: CliRunner, file: Path) -> None:
    assert "company:apple-bank" in runner.invoke(app, ["show", "Apple", "--graph", str(file)]).stdout


def test_a_mistyped_name_is_answered_with_near_ones(runner: CliRunner, file: Path) -> None:
    result = runner.invoke(app, ["show", "Aple", "--graph", str(file)])
    assert isinstance(result.exception, DataError)
    assert "did you mean Apple" in str(result.exception)


def test_a_file_that_is_no_graph_is_an_error_that_names_it(runner: CliRunner, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.gz", Path(__file__)):
        result = runner.invoke(app, ["show", "Apple", "--graph", str(path)])
        assert isinstance(result.exception, DataError)
        assert str(path) in str(result.exception)


def test_load_without_a_redis_says_how_to_get_one(runner: CliRunner, file: Path) -> None:
    result = runner.invoke(app, ["load", str(file)])
    assert isinstance(result.exception, ServerUnavailable)
    assert "STREAM_APP_REDIS_URL" in str(result.exception)


def test_show_lists_what_an_entity_depends_on_as_of_a_time(runner: CliRunner, file: Path) -> None:
    for moment, expected in (("2020-01-01", ["10-K"]), ("2013-12-31T23:59:59Z", [])):
        result = runner.invoke(app, ["show", "AAPL", "--graph", str(file), "--as-of", moment, "--json"])
        assert [one["origin"] for one in json.loads(result.stdout)["dependences"]] == expected
    shown = runner.invoke(app, ["show", "AAPL", "--graph", str(file)]).stdout
    assert "Apple Inc. is exposed to the economy of United States" in " ".join(shown.split())


def test_path_says_how_a_shock_arrives_and_by_whose_word(runner: CliRunner, file: Path) -> None:
    result = runner.invoke(app, ["path", "country:us", "AAPL", "--graph", str(file), "--json"])
    line = json.loads(result.stdout)
    assert (line["from"], line["to"], line["strength"]) == ("country:us", "company:apple", 0.16)
    assert line["steps"][0]["does"] == "if United States falls, Apple Inc. falls (weight 0.20)"
    assert line["steps"][0]["dependence"]["origin"] == "10-K"
    shown = runner.invoke(app, ["path", "country:us", "company:apple", "--graph", str(file)]).stdout
    assert "+0.1600" in shown


def test_path_knows_what_a_product_does_to_its_maker(runner: CliRunner, tmp_path: Path) -> None:
    entities = [Entity(f"company:{name}", EntityKind.COMPANY, name) for name in ("pfizer", "viatris")]
    drug = Entity("product:eliquis", EntityKind.PRODUCT, "Eliquis")
    made = Relation("company:pfizer", RelationKind.MAKES_PRODUCT, drug.id)
    file = tmp_path / "products.gz"
    file.write_bytes(to_bytes(make_graph([*entities, drug], [], relations=[made])))
    line = json.loads(runner.invoke(app, ["path", drug.id, "company:pfizer", "--graph", str(file), "--json"]).stdout)
    assert (line["strength"], line["steps"][0]["dependence"]["origin"]) == (0.25, "its product")
    assert "no path" in runner.invoke(app, ["path", drug.id, "company:viatris", "--graph", str(file)]).stdout


def test_path_without_a_link_says_so(runner: CliRunner, file: Path) -> None:
    for asked in (["AAPL", "country:us"], ["country:us", "AAPL", "--as-of", "2013-01-01"]):
        result = runner.invoke(app, ["path", *asked, "--graph", str(file)])
        assert result.exit_code == 0
        assert "no path of 3 steps" in result.stdout


def test_path_to_an_unknown_name_is_an_error(runner: CliRunner, file: Path) -> None:
    result = runner.invoke(app, ["path", "Aple", "country:us", "--graph", str(file)])
    assert isinstance(result.exception, DataError)


def test_diff_says_what_was_added_removed_and_changed(runner: CliRunner, file: Path, tmp_path: Path) -> None:
    old = from_bytes(file.read_bytes(), "old")
    surer = replace(FACT, confidence=0.9)
    entities = [entity for entity in old.entities if entity.id != "company:apple-bank"]
    newer = tmp_path / "newer.gz"
    newer.write_bytes(to_bytes(make_graph(entities, old.aliases, relations=old.relations, dependences=[surer])))
    lines = runner.invoke(app, ["diff", str(file), str(newer), "--json"]).stdout.splitlines()
    found = {line["facts"]: line for line in map(json.loads, lines)}
    assert [one["id"] for one in found["entities"]["removed"]] == ["company:apple-bank"]
    assert found["dependences"]["changed"][0]["fields"] == {"confidence": {"old": 0.8, "new": 0.9}}
    assert found["relations"]["added"] == []
    shown = runner.invoke(app, ["diff", str(file), str(newer)]).stdout
    assert "company:apple-bank" in shown
    assert "confidence 0.8 → 0.9" in " ".join(shown.split())
    assert "0 changes" in runner.invoke(app, ["diff", str(file), str(file)]).stdout


def test_diff_of_a_published_version_without_a_redis_says_how_to_get_one(runner: CliRunner, file: Path) -> None:
    result = runner.invoke(app, ["diff", "kg-000000000000", str(file)])
    assert isinstance(result.exception, ServerUnavailable)
