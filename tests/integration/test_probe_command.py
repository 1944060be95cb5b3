"""The shipped model as the probes see it, in a small sample: what it must not do worse than when it was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from stream_app.cli.model import app
from stream_app.probes.bias import MOST_SHIFT

# Sentences that differ in one plain word: none of 400 pairs kept its label when this was measured (2026-11-28).
PLAIN_OPPOSITES = {"estimates", "guidance", "prices", "ratings"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("probed")


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, Any]:
    """The report of one run, without the training sets."""
    call = ["probe", "--sample", "6", "--companies", "5", "--json", "--out", str(folder)]
    done = CliRunner().invoke(app, call, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    report: dict[str, Any] = orjson.loads(done.stdout)
    return report


def test_hostile_neighbours_change_no_bit_of_the_shipped_models_scores(printed: dict[str, Any]) -> None:
    assert printed["isolation"]["documents"] == 24
    assert printed["isolation"]["hostile"] > printed["isolation"]["rejected"] > 0
    assert printed["isolation"]["changed"] == 0


def test_no_country_sector_or_size_is_judged_much_better_or_worse(printed: dict[str, Any]) -> None:
    groups = printed["bias"]["groups"]
    assert {one["dimension"] for one in groups} == {"country", "sector", "size"}
    assert len(groups) > 30
    assert all(abs(one["whole"]["value"]) <= MOST_SHIFT for one in groups)
    assert all(one["linked"] > 0.9 for one in groups)
    assert printed["broken"] == []


def test_the_shipped_model_knows_plain_opposites_and_sees_no_case(printed: dict[str, Any]) -> None:
    found = {(one["kind"], one["judged"]): one["failures"]["value"] for one in printed["robustness"]}
    assert all(found[kind, "name"] <= 0.25 for kind in PLAIN_OPPOSITES)
    assert found["upper", "text"] == found["title", "text"] == 0.0


def test_the_files_say_what_was_printed(printed: dict[str, Any], folder: Path) -> None:
    assert orjson.loads((folder / "probe.json").read_bytes()) == printed
    page = (folder / "probe.md").read_text(encoding="utf-8")
    assert printed["conditions"]["model_version"] in page
    assert all(f"| {one['kind']} | {one['source']} | {one['judged']} |" in page for one in printed["robustness"])
