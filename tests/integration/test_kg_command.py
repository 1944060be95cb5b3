"""`kg load` on a real Redis: what it publishes is what `kg show` and the workers read."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from stream_app.cli.kg import app
from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.files import to_bytes
from stream_app.knowledge.graph import Alias, AliasStyle, make_graph


def test_load_publishes_a_file_that_show_then_reads(tmp_path: Path, redis_url: str, namespace: str) -> None:
    apple = Entity("company:apple", EntityKind.COMPANY, "Apple Inc.")
    graph = make_graph([apple], [Alias("Apple", apple.id, AliasStyle.NAME, 0.9)], relations=[])
    file = tmp_path / "graph.jsonl.gz"
    file.write_bytes(to_bytes(graph))
    runner = CliRunner(env={"STREAM_APP_REDIS_URL": redis_url, "STREAM_APP_REDIS_PREFIX": namespace})
    for before in (None, graph.version):
        line = json.loads(runner.invoke(app, ["load", str(file), "--json"]).stdout)
        assert line == {"kg_version": graph.version, "kg_version_before": before}
    shown = runner.invoke(app, ["show", "Apple", "--json"])
    assert json.loads(shown.stdout)["kg_version"] == graph.version
