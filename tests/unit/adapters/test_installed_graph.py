"""The graph of the installed sources is built once, and again where what was kept of it is no use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stream_app.adapters.installed_graph import read_or_build, sources_digest
from stream_app.events.entity import EntityKind
from stream_app.knowledge.entities import Entity
from stream_app.knowledge.graph import Alias, AliasStyle, KnowledgeGraph, make_graph

ACME = Entity("company:acme", EntityKind.COMPANY, "Acme")
GRAPH = make_graph([ACME], [Alias("Acme", ACME.id, AliasStyle.NAME, 0.9)], relations=())


class Builder:
    """Builds `GRAPH`, and counts."""

    times = 0

    def __call__(self) -> KnowledgeGraph:
        self.times += 1
        return GRAPH


@pytest.fixture
def build() -> Builder:
    return Builder()


def test_what_was_kept_is_read_and_not_built_again(tmp_path: Path, build: Builder) -> None:
    file = tmp_path / "new" / "graph.jsonl.gz"
    assert [read_or_build(file, build) for _ in range(3)] == [GRAPH] * 3
    assert build.times == 1
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("damage", [b"", b"no graph", b"\x1f\x8b\x08"], ids=["empty", "text", "torn"])
def test_what_is_damaged_is_built_and_kept_again(tmp_path: Path, build: Builder, damage: bytes) -> None:
    file = tmp_path / "graph.jsonl.gz"
    file.write_bytes(damage)
    assert [read_or_build(file, build) for _ in range(2)] == [GRAPH] * 2
    assert build.times == 1


def test_where_nothing_can_be_kept_it_is_built_each_time(tmp_path: Path, build: Builder) -> None:
    (tmp_path / "file").touch()
    for nowhere in (tmp_path / "file" / "graph.jsonl.gz", None):
        assert read_or_build(nowhere, build) == GRAPH
    assert build.times == 2


def test_only_the_newest_graphs_are_kept(tmp_path: Path, build: Builder) -> None:
    for written in range(20):
        file = tmp_path / f"{written}.jsonl.gz"
        read_or_build(file, build)
        os.utime(file, (written, written))
    assert {one.name for one in tmp_path.iterdir()} == {f"{written}.jsonl.gz" for written in range(12, 20)}


def test_the_sources_have_one_name() -> None:
    assert sources_digest() == sources_digest()
    assert len(sources_digest()) == 64
