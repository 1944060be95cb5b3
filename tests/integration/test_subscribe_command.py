"""`subscribe` on a real broker: what one command writes the others read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stream_app.cli.subscribe import app
from stream_app.embedded.server import RunningServer
from stream_app.errors import ConfigurationError, DataError, StreamAppError


@pytest.fixture
def runner(embedded_broker: RunningServer, namespace: str, tmp_path: Path) -> CliRunner:
    settings = {"KAFKA_BROKERS": embedded_broker.address, "TOPIC_PREFIX": namespace, "STATE_DIR": str(tmp_path)}
    return CliRunner(env={f"STREAM_APP_{name}": value for name, value in settings.items()})


def test_a_subscription_is_added_listed_shown_changed_and_removed(runner: CliRunner, tmp_path: Path) -> None:
    call = ["add", "chip-risks", "--industry", "semiconductors", "--kind", "risk", "--min-probability", "0.3"]
    added = json.loads(runner.invoke(app, [*call, "--throttle", "entity:3600", "--digest", "300", "--json"]).stdout)
    assert added == {
        "name": "chip-risks",
        "match": {"industries": ["semiconductors"], "kinds": ["risk"], "min_probability": 0.3},
        "throttle": {"per": "entity", "seconds": 3600},
        "digest": 300,
    }
    runner.invoke(app, ["add", "b", "--ticker", "AAPL", "--ticker", "MSFT"])
    listed = runner.invoke(app, ["list", "--json"]).stdout.splitlines()
    assert [json.loads(line)["name"] for line in listed] == ["b", "chip-risks"]
    shown = runner.invoke(app, ["show", "chip-risks"]).stdout
    assert json.loads(shown) == added
    (tmp_path / "wish.json").write_text(shown)
    copied = runner.invoke(
        app, ["add", "copy", "--from", str(tmp_path / "wish.json"), "--min-severity", "0.2", "--json"]
    )
    assert json.loads(copied.stdout) == added | {"name": "copy", "match": added["match"] | {"min_severity": 0.2}}
    assert runner.invoke(app, ["remove", "chip-risks"]).exit_code == 0
    assert isinstance(runner.invoke(app, ["show", "chip-risks"]).exception, DataError)
    listed = runner.invoke(app, ["list"]).stdout
    assert "MSFT" in "".join(listed.split())
    assert "…" not in listed


def test_a_name_that_does_not_fit_behind_the_prefix_is_refused_before_it_is_written(runner: CliRunner) -> None:
    prefix = {"STREAM_APP_TOPIC_PREFIX": "a-tenant-of-a-house-with-a-long-name-of-its-own."}
    error = runner.invoke(app, ["add", "x" * 200, "--ticker", "AAPL"], env=prefix).exception
    assert isinstance(error, ConfigurationError)
    assert "194 fit behind the prefix" in str(error)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (["add", "desk"], "match has no condition"),
        (["add", "No Good", "--ticker", "AAPL"], "should match pattern"),
        (["add", "desk", "--ticker", "AAPL", "--min-novelty", "2"], "less than or equal to 1"),
        (["add", "desk", "--kind", "risk", "--topic", "earnings"], "no event meets topics"),
        (["add", "desk", "--topic", "earning"], "did you mean earnings? there are analyst_update, "),
        (["add", "--from", "nowhere.json"], "cannot be read"),
        (["remove", "nobody"], "nobody has subscribed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_said_in_one_line(runner: CliRunner, call: list[str], complaint: str) -> None:
    error = runner.invoke(app, call).exception
    assert isinstance(error, StreamAppError)
    assert complaint in str(error)
    assert len(str(error).splitlines()) == 1


def test_what_the_graph_does_not_know_is_a_warning_beside_what_is_asked_for(runner: CliRunner) -> None:
    done = runner.invoke(app, ["add", "desk", "--industry", "semiconductor", "--ticker", "AAPL", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["match"]["tickers"]) == (0, ["AAPL"])
    assert "no industry “semiconductor”" in done.stderr
    assert "did you mean semiconductors" in done.stderr
    assert "AAPL" not in done.stderr


@pytest.mark.parametrize("call", [["add"], ["add", "desk", "--ticker", "A", "--throttle", "3600"]], ids=" ".join)
def test_wrong_use_is_status_2(runner: CliRunner, call: list[str]) -> None:
    assert runner.invoke(app, call).exit_code == 2
