"""What the commands of the knowledge graph print and say, without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stream_app.cli.kg import app
from stream_app.errors import ConfigurationError, DataError
from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity, Relation, RelationKind
from stream_app.knowledge.files import to_bytes
from stream_app.knowledge.graph import Alias, AliasStyle, make_graph
from stream_app.settings import Settings


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Commands of somebody who has set nothing and runs nothing."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"STREAM_APP_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


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
    path.write_bytes(to_bytes(make_graph(entities, aliases, relations=relations)))
    return path


def test_build_writes_a_file_and_counts_what_is_in_it(runner: CliRunner, tmp_path: Path) -> None:
    result = runner.invoke(app, ["build", "--out", str(tmp_path / "new" / "kg.gz"), "--json"])
    line = json.loads(result.stdout)
    assert line["entities"]["company"] >= 1800
    assert line["relations"]["key_person_of"] > 1000
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
    assert isinstance(result.exception, ConfigurationError)
    assert "STREAM_APP_REDIS_URL" in str(result.exception)
